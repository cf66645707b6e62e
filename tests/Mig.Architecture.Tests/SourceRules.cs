using System.Text.RegularExpressions;

namespace Mig.Architecture.Tests;

/// <summary>What every source file keeps to, as checks that say what is wrong.</summary>
internal static partial class SourceRules
{
    public const int MaxLines = 400;
    public const int MaxWidth = 140;

    // Not files of a repository: what users name, what a server is given, what lies in the folder for temporary files of the machine. Locks
    // do their own.
    private static readonly string[] OtherFiles =
    [
        "src/Mig.Store/Locks/FileLock.cs", "src/Mig.Machines/Audits/", "src/Mig/Versions/Compare/ChangedTexts.cs", "src/Mig/Edits/Sources/",
            "src/Mig/Images/Extract/", "src/Mig/Exchange/Serving/", "src/Mig/Exchange/Boots/", "src/Mig/Images/Export/BackingImage.cs",
            "src/Mig/Images/Running/RunFolder.cs", "src/Mig/Edits/Packages/", "src/Mig/Edits/Building/", "src/Mig.Machines/Baselines/",
    ];

    /// <summary>One public type, named as its file: someone who looks for a type opens the right file.</summary>
    /// <param name="path">The path in the repository.</param>
    /// <param name="text">What stands in the file.</param>
    public static IEnumerable<string> CheckPublicType(string path, string text)
    {
        string name = Path.GetFileName(path).Split('.')[0];
        string[] types = [.. PublicType().Matches(text).Select(match => match.Groups["name"].Value)];
        if (types.Length > 1)
            yield return $"{path} has {types.Length} public types: {string.Join(", ", types)}";
        if (types.Length == 1 && types[0] != name)
            yield return $"{path} has the public type {types[0]}";
    }

    /// <summary>The namespace is the folder.</summary>
    public static IEnumerable<string> CheckNamespace(string path, string text)
    {
        // src/Mig.Store/Packs/PackFile.cs: Mig.Store.Packs
        string expected = string.Join('.', path.Split('/')[1..^1]);
        foreach (Match match in Namespace().Matches(text))
        {
            if (match.Groups["name"].Value != expected)
                yield return $"{path} has the namespace {match.Groups["name"].Value}, {expected} expected";
        }
    }

    public static IEnumerable<string> CheckLength(string path, string text)
    {
        int lines = text.Count(c => c == '\n');
        if (lines > MaxLines)
            yield return $"{path} has {lines} lines, at most {MaxLines} allowed";
    }

    /// <summary>No line is too wide to read; a text that is one literal on lines of its own is as wide as it is.</summary>
    public static IEnumerable<string> CheckWidth(string path, string text)
    {
        bool isText = false;
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            int quotes = line.Split("\"\"\"").Length - 1;
            bool isInside = isText || quotes > 0 || Literal().IsMatch(line);
            if (quotes % 2 == 1)
                isText = !isText;
            if (!isInside && line.Length > MaxWidth)
                yield return $"{path}:{number} has {line.Length} columns, at most {MaxWidth} allowed";
        }
    }

    /// <summary>Files of a repository are read and changed in one place, which tests can make fail at every step: Mig.Core.Host.</summary>
    public static IEnumerable<string> CheckFileCalls(string path, string text)
    {
        bool isTold = path.StartsWith("src/Mig.Store/", StringComparison.Ordinal)
            || path.StartsWith("src/Mig.History/", StringComparison.Ordinal)
            || path.StartsWith("src/Mig.Machines/", StringComparison.Ordinal) || path.StartsWith("src/Mig/", StringComparison.Ordinal);
        if (!isTold || Array.Exists(OtherFiles, other => path.StartsWith(other, StringComparison.Ordinal)))
            yield break;
        foreach (Match match in FileCall().Matches(text))
            yield return $"{path} calls {match.Value}; use HostFile or HostFiles of Mig.Core.Host, so that tests can make it fail";
    }

    // Nothing but one string stands on the line.
    [GeneratedRegex(@"^\s*(?:\{ |\+ )?[$@]*""")]
    private static partial Regex Literal();

    [GeneratedRegex(
        @"(?<![\w.])(?:File\.(?:Open\w*|Create\w*|Append\w*|Write\w*|Read(?:All|Lines)\w*|Copy|Move|Replace|Delete)|Directory\.(?:Create\w*|Delete|Move)|RandomAccess\.(?:Write|Read|SetLength)|new (?:FileStream|StreamWriter)|LibC\.(?:Sync|SyncDirectory|OpenUnlocked))(?=\()")]
    private static partial Regex FileCall();

    [GeneratedRegex(
        @"^public (?:(?:sealed|static|abstract|readonly|partial|ref|unsafe|file) )*(?:record struct|record class|record|class|struct|interface|enum|delegate [\w<>?\[\], ]+?) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
