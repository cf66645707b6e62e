using System.Text.RegularExpressions;

namespace Mig.Architecture.Tests;

/// <summary>docs/security.md: each promise names the tests that show it, and they exist.</summary>
public partial class PromiseTests
{
    private const string Document = "docs/security.md";

    [Fact]
    public void EveryPromiseNamesTestsThatExist() => Assert.Empty(FindProblems(SourceTree.ReadText(Document), TestNames()));

    [Fact]
    public void EveryHostileTestShowsAPromise()
    {
        string text = SourceTree.ReadText(Document);
        Assert.All(TestClasses("tests/Mig.Hostile.Tests"), name => Assert.Contains($"`{name}", text, StringComparison.Ordinal));
    }

    [Fact]
    public void CheckObjectsToAPromiseWithoutATest()
    {
        HashSet<string> names = ["ATests", "ATests.Shows"];
        const string Table = "| promise | shown by |\n|---|---|\n| a | `ATests` |\n| b | `ATests.Shows`, `BTests` |\n| c | |\n";
        Assert.Equal(["b: BTests does not exist", "c: names no test"], FindProblems(Table, names));
        Assert.Equal(["the document has no promises"], FindProblems("# Security\n", names));
    }

    private static List<string> FindProblems(string text, HashSet<string> names)
    {
        List<string> problems = [];
        int promises = 0;
        foreach (string line in text.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)))
        {
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length != 4 || cells[1] == "promise")
                continue;
            promises++;
            List<string> tests = [.. Quoted().Matches(cells[2]).Select(match => match.Groups[1].Value)];
            if (tests.Count == 0)
                problems.Add($"{cells[1]}: names no test");
            problems.AddRange(tests.Where(test => !names.Contains(test)).Select(test => $"{cells[1]}: {test} does not exist"));
        }

        return promises == 0 ? ["the document has no promises"] : problems;
    }

    private static HashSet<string> TestNames()
    {
        HashSet<string> names = [];
        foreach (string path in SourceTree.SourceFiles("tests"))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            names.Add(name);
            foreach (Match match in TestMethod().Matches(SourceTree.ReadText(path)))
                names.Add($"{name}.{match.Groups[1].Value}");
        }

        return names;
    }

    private static IEnumerable<string> TestClasses(string folder) =>
        SourceTree.SourceFiles(folder).Select(path => Path.GetFileNameWithoutExtension(path))
            .Where(name => name.EndsWith("Tests", StringComparison.Ordinal));

    [GeneratedRegex("`([A-Za-z_0-9.]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"public (?:async )?(?:void|Task) (\w+)\(")]
    private static partial Regex TestMethod();
}
