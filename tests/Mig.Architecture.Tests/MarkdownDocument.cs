using System.Text.RegularExpressions;

namespace Mig.Architecture.Tests;

/// <summary>The parts of a Markdown text that can go stale: links, headings, examples.</summary>
internal sealed partial class MarkdownDocument(string text)
{
    // Fenced code holds brackets and number signs that mean something else.
    private readonly string _prose = Fence().Replace(text, "");

    /// <summary>Targets of links, as they are written.</summary>
    public IEnumerable<string> Links => Link().Matches(_prose).Select(match => match.Groups["target"].Value);

    /// <summary>The anchors of the headings, as forges form them.</summary>
    public IEnumerable<string> Anchors => Heading().Matches(_prose)
        .Select(match => NotInAnchor().Replace(match.Groups["title"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    /// <summary>The contents of the fenced blocks of one language.</summary>
    public IEnumerable<string> Blocks(string language) => Fence().Matches(text)
        .Where(match => match.Groups["language"].Value == language)
        .Select(match => match.Groups["body"].Value);

    /// <summary>Says which relative links of a document lead nowhere.</summary>
    /// <param name="path">The path of the document in the repository.</param>
    /// <param name="readText">Returns the text of a file of the repository, null when there is none; a folder has the text "".</param>
    public static IEnumerable<string> FindBrokenLinks(string path, Func<string, string?> readText)
    {
        string text = readText(path) ?? throw new FileNotFoundException(path);
        foreach (string link in new MarkdownDocument(text).Links)
        {
            if (link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal))
                continue;
            string[] parts = link.Split('#', 2);
            string target = parts[0].Length == 0 ? path : Normalize(Path.Combine(Path.GetDirectoryName(path) ?? "", parts[0]));
            string? found = readText(target);
            if (found is null)
                yield return $"{path}: {link}";
            else if (parts.Length == 2 && !new MarkdownDocument(found).Anchors.Contains(parts[1]))
                yield return $"{path}: {link} (no such heading)";
        }
    }

    private static string Normalize(string relative) => Path.GetFullPath(relative, "/")[1..];

    [GeneratedRegex(@"^```(?<language>\w*)[^\n]*\n(?<body>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(?<!`)\[[^\]\n]+\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
