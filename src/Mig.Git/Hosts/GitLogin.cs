using System.ComponentModel;
using System.Diagnostics;
using Mig.Core;
using LibGit = LibGit2Sharp;

namespace Mig.Git.Hosts;

/// <summary>
/// Says to a host who pushes: by the name and password of the address, else by what <c>git credential</c> knows, with the helpers that the
/// user has set up. Each is tried once. Over ssh the
/// <c>ssh</c> program logs in.
/// </summary>
internal sealed class GitLogin(GitAddress address, bool isInteractive)
{
    private int _tries;

    /// <summary>Why nobody could log in; null when that is not so. libgit2, which calls this, passes on no more than a text.</summary>
    public RemoteException? Refusal { get; private set; }

    /// <summary>A conversation begins, in which everything may be tried once.</summary>
    public void Begin() => _tries = 0;

    /// <summary>Called by libgit2 when the host wants to know who is there, and again when it did not accept the answer.</summary>
    public LibGit.Credentials Ask(string url, string userFromUrl, LibGit.SupportedCredentialTypes types)
    {
        _tries++;
        if (_tries == 1 && address.Password is { } password)
            return new LibGit.UsernamePasswordCredentials { Username = address.User, Password = password };
        if (_tries <= (address.Password is null ? 1 : 2) && AskGit(url) is { } known)
            return known;
        Refusal = new RemoteException("GIT-001", $"{address.Url} wants a login, and there is none that it takes; set up 'git credential' "
            + "for it, or give a token as in https://user:token@host/…");
        throw Refusal;
    }

    private LibGit.UsernamePasswordCredentials? AskGit(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri))
            return null;
        try
        {
            var start = new ProcessStartInfo("git", ["credential", "fill"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
            if (!isInteractive)
            {
                start.Environment["GIT_TERMINAL_PROMPT"] = "0";
                start.Environment["GIT_ASKPASS"] = "true"; // nobody is there to be asked by a window either
            }

            using Process process = Process.Start(start)!;
            string host = uri.Authority[(uri.Authority.IndexOf('@', StringComparison.Ordinal) + 1)..];
            process.StandardInput.Write($"protocol={uri.Scheme}\nhost={host}\npath={uri.AbsolutePath.TrimStart('/')}\n\n");
            process.StandardInput.Close();
            var said = process.StandardOutput.ReadToEnd().Split('\n').Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2)
                .ToLookup(parts => parts[0], parts => parts[1]);
            process.WaitForExit();
            string user = said["username"].FirstOrDefault() ?? "", password = said["password"].FirstOrDefault() ?? "";
            return process.ExitCode == 0 && password.Length > 0
                ? new LibGit.UsernamePasswordCredentials { Username = user, Password = password } : null;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return null; // there is no git program
        }
    }
}
