using Mig.History.Trees;

namespace Mig.Machines.Installing.Scripts;

/// <summary>Evaluates <c>[ … ]</c>. Source: POSIX, test(1).</summary>
/// <param name="line">Where it stands in the script.</param>
internal sealed class ScriptTest(IScriptFiles files, int line)
{
    private const int Executes = 0x49; // 0111

    // What a machine has there when it runs is not in its image.
    private static readonly string[] Lent = ["/proc", "/sys", "/dev", "/tmp"];

    public bool Evaluate(string[] words)
    {
        if (Array.LastIndexOf(words, "-o") is > 0 and var or && words.Length > 3)
            return Evaluate(words[..or]) || Evaluate(words[(or + 1)..]);
        if (Array.LastIndexOf(words, "-a") is > 0 and var and && words.Length > 3)
            return Evaluate(words[..and]) && Evaluate(words[(and + 1)..]);
        return words switch
        {
            [] => false,
            [var only] => only.Length > 0,
            ["!", .. var rest] => !Evaluate(rest),
            ["-n", var text] => text.Length > 0,
            ["-z", var text] => text.Length == 0,
            [var left, "=" or "==", var right] => left == right,
            [var left, "!=", var right] => left != right,
            [var operation, var path] => TestFile(operation, path),
            _ => throw Unknown(words),
        };
    }

    private bool TestFile(string operation, string path)
    {
        if (!path.StartsWith('/') || Array.Exists(Lent, folder => path == folder
            || path.StartsWith(folder + "/", StringComparison.Ordinal)))
            throw Unknown([operation, path]);
        bool followsLink = operation is not ("-L" or "-h");

        // It is empty where nothing runs.
        (TreeEntryType Type, int Mode)? found = path.StartsWith("/run/", StringComparison.Ordinal)
            || path.StartsWith("/var/run/", StringComparison.Ordinal) ? null : files.Find(path, followsLink);
        return operation switch
        {
            "-e" or "-r" or "-w" => found is not null,
            "-f" => found?.Type == TreeEntryType.File,
            "-d" => found?.Type == TreeEntryType.Directory,
            "-L" or "-h" => found?.Type == TreeEntryType.SymbolicLink,
            "-x" => found is { } file && (file.Type == TreeEntryType.Directory || (file.Mode & Executes) != 0),
            _ => throw Unknown([operation, path]),
        };
    }

    private ScriptBlockedException Unknown(string[] words) => new(line, $"[ {string.Join(' ', words)} ] is not known");
}
