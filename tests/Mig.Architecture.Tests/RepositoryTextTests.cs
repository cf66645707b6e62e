using System.Text.RegularExpressions;

namespace Mig.Architecture.Tests;

/// <summary>What must stand in no file: paths and hosts of one machine, and plans that nobody can find again.</summary>
public partial class RepositoryTextTests
{
    [Fact]
    public void NoFileNamesAPathOfOneMachine() => Assert.Empty(Find(MachinePath()));

    [Fact]
    public void NoFileNamesAPackageHost() => Assert.Empty(Find(PackageHost()));

    [Fact]
    public void EveryPlanIsAKnownShortcoming()
    {
        string known = SourceTree.ReadText("SHORTCOMINGS.md");
        IEnumerable<string> unknown = SourceTree.SourceFiles("src").Concat(SourceTree.SourceFiles("tests"))
            .SelectMany(path => Plan().Matches(SourceTree.ReadText(path))
                .Select(match => (Path: path, Text: match.Groups["text"].Value.Trim(' ', '.'))))
            .Where(plan => plan.Text.Length == 0 || !known.Contains(plan.Text, StringComparison.OrdinalIgnoreCase))
            .Select(plan => $"{plan.Path}: '{plan.Text}' is not in SHORTCOMINGS.md");
        Assert.Empty(unknown);
    }

    [Fact]
    public void PatternsFindWhatTheyAreFor()
    {
        Assert.Matches(MachinePath(), "cd " + "/wor" + "k/mig");
        Assert.Matches(MachinePath(), "\"/hom" + "e/someone/disk.vmdk\"");
        Assert.DoesNotMatch(MachinePath(), "mig cat HEAD:/hom" + "e/someone/.profile");
        Assert.Matches(PackageHost(), "https://api.nuge" + "t.org/x");
        Assert.Equal("read sparse extents", Plan().Match("        // TO" + "DO: read sparse extents").Groups["text"].Value);
    }

    private static IEnumerable<string> Find(Regex pattern)
    {
        foreach (string path in SourceTree.TextFiles())
        {
            string[] lines = SourceTree.ReadText(path).Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                if (pattern.IsMatch(lines[i]))
                    yield return $"{path}:{i + 1}: {lines[i].Trim()}";
            }
        }
    }

    // A path after a colon is one inside an image, as in HEAD:/root/.profile.
    [GeneratedRegex(@"(?<![\w:.@}\])])(?:/(?:work|home|root|Users|mnt|opt)/|[A-Z]:\\Users\\)")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"nuget\.[o]rg|pkgs\.[d]ev\.azure|[a]rtifactory|pypi\.[o]rg|/v3/[i]ndex\.json|<[p]ackageSources>",
        RegexOptions.IgnoreCase)]
    private static partial Regex PackageHost();

    [GeneratedRegex(@"//\s*(?:TODO|FIXME|HACK|XXX)\b:?\s*(?<text>.*)")]
    private static partial Regex Plan();
}
