using System.Text.RegularExpressions;

namespace Mig.Architecture.Tests;

/// <summary>docs/errors.md and the source name the same error codes.</summary>
public partial class ErrorCodeTests
{
    [Fact]
    public void EveryCodeOfTheSourceIsDocumented() => Assert.Empty(SourceCodes().Except(DocumentedCodes()));

    [Fact]
    public void EveryDocumentedCodeIsInTheSource() => Assert.Empty(DocumentedCodes().Except(SourceCodes()));

    [Fact]
    public void NoCodeIsDocumentedTwice()
    {
        IEnumerable<string> twice = DocumentedCode().Matches(SourceTree.ReadText("docs/errors.md"))
            .Select(match => match.Groups["code"].Value)
            .GroupBy(code => code).Where(group => group.Count() > 1).Select(group => group.Key);
        Assert.Empty(twice);
    }

    [Fact]
    public void PatternsFindCodes()
    {
        Assert.Equal("EXT4-003", SourceCode().Match("throw Corrupt(\"EXT4-003\", $\"…\");").Groups["code"].Value);
        Assert.Equal("EXT4-003", DocumentedCode().Match("| EXT4-003 | superblock | … |").Groups["code"].Value);
        Assert.True(SourceCodes().Count > 50);
    }

    private static HashSet<string> SourceCodes() =>
        [.. SourceTree.SourceFiles("src").SelectMany(path => SourceCode().Matches(SourceTree.ReadText(path)))
            .Select(match => match.Groups["code"].Value)];

    private static HashSet<string> DocumentedCodes() =>
        [.. DocumentedCode().Matches(SourceTree.ReadText("docs/errors.md")).Select(match => match.Groups["code"].Value)];

    [GeneratedRegex("\"(?<code>(?!SHA-)[A-Z0-9]+-[0-9]{3})\"")]
    private static partial Regex SourceCode();

    [GeneratedRegex(@"^\| `?(?<code>[A-Z0-9]+-[0-9]{3})`? \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedCode();
}
