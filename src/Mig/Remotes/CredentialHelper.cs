using System.Diagnostics;
using System.Text;
using Mig.History.Configuration;
using Mig.Transfer.Addresses;

namespace Mig.Remotes;

/// <summary>Asks the user's credential helpers (<c>credential.helper</c>, gitcredentials(7)): the password that they know is the token.</summary>
internal sealed class CredentialHelper(Config config, RemoteAddress address)
{
    private const int MaxAnswer = 64 * 1024;

    private string? _token;

    /// <summary>Returns the token; after a refusal the helpers are told, and there is no other.</summary>
    public string? GetToken(bool wasRefused)
    {
        if (wasRefused)
        {
            if (_token is not null)
                _ = Ask("erase", $"password={_token}\n");
            return null;
        }

        return _token ??= Ask("get", "");
    }

    private string? Ask(string operation, string more)
    {
        // An empty value takes back the helpers before it.
        var helpers = new List<string>();
        foreach (string helper in config.GetAll("credential.helper"))
        {
            if (helper.Length == 0)
                helpers.Clear();
            else
                helpers.Add(helper);
        }

        foreach (string helper in helpers)
        {
            if (Run(helper, operation, more) is { } password && operation == "get")
                return password;
        }

        return null;
    }

    private string? Run(string helper, string operation, string more)
    {
        string command = helper.StartsWith('!') ? helper[1..] : Path.IsPathRooted(helper) ? helper : "git credential-" + helper;
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{command} {operation}"]) { RedirectStandardInput = true, RedirectStandardOutput = true, StandardOutputEncoding = new UTF8Encoding(false) };
        using Process process = Process.Start(start)!;
        try
        {
            string host = address.Host.Contains(':', StringComparison.Ordinal) ? $"[{address.Host}]" : address.Host;
            process.StandardInput.Write($"protocol={(address.IsSecure ? "https" : "http")}\nhost={host}{(address.Port is { } port ? $":{port}" : "")}\npath={address.Path.TrimStart('/')}\n{(address.User is { } user ? $"username={user}\n" : "")}{more}\n");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not want to know.
        }

        char[] answer = new char[MaxAnswer];
        int length = process.StandardOutput.ReadBlock(answer, 0, answer.Length);
        process.StandardOutput.Close();
        process.WaitForExit();
        string? line = process.ExitCode == 0 ? new string(answer, 0, length).Split('\n').FirstOrDefault(found => found.StartsWith("password=", StringComparison.Ordinal)) : null;
        return line is { Length: > 9 } ? line["password=".Length..].TrimEnd('\r') : null;
    }
}
