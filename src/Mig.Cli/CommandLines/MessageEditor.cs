using System.Diagnostics;
using Mig.Core;
using Mig.History.Commits;

namespace Mig.Cli.CommandLines;

/// <summary>Lets the user write a message in an editor.</summary>
internal static class MessageEditor
{
    private const char Comment = '#';
    private const string FileName = "COMMIT_EDITMSG";

    /// <param name="about">What the message should say.</param>
    /// <param name="instead">How else it can be given.</param>
    /// <exception cref="UsageException">There is nobody to ask, or nothing was written.</exception>
    public static string Ask(Session session, string about, string instead)
    {
        Repository repository = session.Repository;
        string? own = Filled(session.Context.Environment("MIG_EDITOR")) ?? Filled(repository.Config.Get("core.editor"));
        string? editor = own ?? Filled(session.Context.Environment("VISUAL")) ?? Filled(session.Context.Environment("EDITOR"));

        // An editor that was named for mig is trusted to work without a terminal, such as a script.
        if (!session.IsInteractive && own is null)
            throw new UsageException($"a message is needed, and there is no terminal to ask on; {instead}");
        string file = Path.Combine(repository.Folder, FileName);
        File.WriteAllText(file, $"\n{Comment} Say {about}. Lines that begin with '{Comment}' are left out;\n{Comment} an empty message stops the command.\n");
        var start = new ProcessStartInfo("/bin/sh", ["-c", (editor ?? "vi") + " \"$@\"", "editor", file]) { UseShellExecute = false };
        using Process process = Process.Start(start) ?? throw new UsageException($"the editor '{editor}' did not start; {instead}");
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new UsageException($"the editor '{editor ?? "vi"}' ended with {process.ExitCode}; set MIG_EDITOR or core.editor to one that works, or {instead}");
        string message = MessageText.Clean(File.ReadAllText(file), Comment);
        return message.Length > 0 ? message : throw new UsageException($"the message is empty, so nothing was done; {instead}");
    }

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
