using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Mig.Exchange.Hooks;

namespace Mig.Exchange.Remotes.Credentials;

/// <summary>
/// Runs credential helpers (gitcredentials(7)) and <c>git credential</c>. What they have to say goes to the user's standard error.
/// </summary>
/// <param name="isInteractive">Whether somebody can be asked.</param>
internal sealed class CredentialHelper(bool isInteractive)
{
    /// <summary>Variables for helpers besides those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Runs a configured helper: <c>!</c> and a shell command, a path, or a name, which means <c>git credential-NAME</c>.
    /// </summary>
    /// <param name="action"><c>get</c>, <c>store</c> or <c>erase</c>.</param>
    /// <returns>What it answered; empty when it failed.</returns>
    public string Run(string helper, string action, Credential credential)
    {
        string command = helper switch
        {
            ['!', ..] => helper[1..],
            ['/', ..] => helper,
            _ => "git credential-" + helper,
        };

        // Helpers are lines for a shell, from the user's own configuration, as Git has them.
        return Start("/bin/sh", ["-c", $"{command} {action}"], credential);
    }

    /// <summary>Runs <c>git credential</c>, which knows Git's own settings, helpers and prompts.</summary>
    /// <param name="action"><c>fill</c>, <c>approve</c> or <c>reject</c>.</param>
    /// <returns>What it answered; empty when it failed, or Git is not installed.</returns>
    public string RunGit(string action, Credential credential) =>
        Start("git", isInteractive ? ["credential", action] : ["-c", "credential.interactive=false", "credential", action], credential);

    private string Start(string program, string[] arguments, Credential credential)
    {
        // Without a terminal Git would say that it cannot ask, which is no news.
        var start = new ProcessStartInfo(
            program, arguments)
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = !isInteractive };
        foreach ((string name, string value) in Environment)
            start.Environment[name] = value;
        if (!isInteractive)
        {
            start.Environment["GIT_TERMINAL_PROMPT"] = "0";
            start.Environment["GCM_INTERACTIVE"] = "never";

            // Set and empty: neither core.askPass nor SSH_ASKPASS opens a window.
            start.Environment["GIT_ASKPASS"] = "";
            start.Environment.Remove("SSH_ASKPASS");
        }

        try
        {
            using Process process = ChildSignals.Start(start);
            Task<string> errors = isInteractive ? Task.FromResult("") : process.StandardError.ReadToEndAsync();
            Task<string> answer = process.StandardOutput.ReadToEndAsync();
            Send(process, credential);
            process.WaitForExit();

            // A helper may leave a daemon behind that keeps standard error open (git-credential-cache does), but not its answer.
            string text = answer.GetAwaiter().GetResult();
            _ = errors;
            return process.ExitCode == 0 ? text : "";
        }
        catch (Win32Exception)
        {
            return "";
        }
    }

    private static void Send(Process process, Credential credential)
    {
        try
        {
            using Stream input = process.StandardInput.BaseStream;
            input.Write(Encoding.UTF8.GetBytes(credential.Write()));
        }
        catch (IOException)
        {
            // It answers without having read everything.
        }
    }
}
