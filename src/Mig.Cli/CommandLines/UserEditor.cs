using System.Diagnostics;
using Mig.Core;

namespace Mig.Cli.CommandLines;

/// <summary>
/// Opens a file in the user's editor and waits: <c>MIG_EDITOR</c>, <c>core.editor</c>, <c>VISUAL</c>, <c>EDITOR</c>, or vi.
/// </summary>
internal static class UserEditor
{
    /// <param name="need">Why, for the message when there is nobody to ask.</param>
    /// <param name="instead">How else it can be given.</param>
    /// <exception cref="UsageException">There is nobody to ask, or the editor failed.</exception>
    public static void Open(Session session, string file, string need, string instead)
    {
        string? own = Filled(session.Context.Environment("MIG_EDITOR")) ?? Filled(session.Repository.Config.Get("core.editor"));
        string? editor = own ?? Filled(session.Context.Environment("VISUAL")) ?? Filled(session.Context.Environment("EDITOR"));

        // An editor that was named for mig is trusted to work without a terminal, such as a script.
        if (!session.IsInteractive && own is null)
            throw new UsageException($"{need}, and there is no terminal to ask on; {instead}");
        var start = new ProcessStartInfo("/bin/sh", ["-c", (editor ?? "vi") + " \"$@\"", "editor", file]) { UseShellExecute = false };
        using Process process = Process.Start(start) ?? throw new UsageException($"the editor '{editor}' did not start; {instead}");
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new UsageException(
                $"the editor '{editor ?? "vi"}' ended with {process.ExitCode}; set MIG_EDITOR or core.editor to one that works, or "
                + $"{instead}");
    }

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
