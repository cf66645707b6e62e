using System.Text.RegularExpressions;

namespace Mig.Architecture.Tests;

/// <summary>docs/glossary.md: each word stands once, in order, with one sentence, and the types that it names exist.</summary>
public partial class GlossaryTests
{
    private const string Document = "docs/glossary.md";

    [Fact]
    public void EveryTypeThatTheGlossaryNamesExists() => Assert.Empty(FindProblems(SourceTree.ReadText(Document), TypeNames()));

    [Fact]
    public void WordsOfTheIssueAreThere()
    {
        string[] words = ["version", "commit", "image", "disk", "volume", "manifest", "layout", "residue", "frame", "pack"];
        Assert.Empty(words.Except(Rows(SourceTree.ReadText(Document)).Select(row => row[1])));
    }

    [Fact]
    public void CheckObjectsToWhatIsWrong()
    {
        HashSet<string> types = ["Tree"];
        const string Head = "| word | means | type |\n|---|---|---|\n";
        Assert.Empty(FindProblems(Head + "| a | One. | |\n| tree | Two. | `Tree` |\n", types));
        Assert.Equal(["a: the type Bush does not exist"], FindProblems(Head + "| a | One. | `Tree`, `Bush` |\n", types));
        Assert.Equal(["a comes after b"], FindProblems(Head + "| b | One. | |\n| a | Two. | |\n", types));
        Assert.Equal(["a comes after a"], FindProblems(Head + "| a | One. | |\n| a | Two. | |\n", types));
        Assert.Equal(["a: not one sentence"], FindProblems(Head + "| a | One. Two. | |\n", types));
        Assert.Equal(["a: not one sentence"], FindProblems(Head + "| a | One | |\n", types));
        Assert.Equal(["the glossary has no words"], FindProblems("# Glossary\n", types));
    }

    private static List<string> FindProblems(string text, HashSet<string> types)
    {
        List<string> problems = [];
        string last = "";
        foreach (string[] row in Rows(text))
        {
            string word = row[1];
            if (string.Compare(last, word, StringComparison.OrdinalIgnoreCase) >= 0)
                problems.Add($"{word} comes after {last}");
            if (!row[2].EndsWith('.') || row[2].Contains(". ", StringComparison.Ordinal))
                problems.Add($"{word}: not one sentence");
            IEnumerable<string> names = Quoted().Matches(row[3]).Select(match => match.Groups[1].Value);
            problems.AddRange(names.Where(name => !types.Contains(name)).Select(name => $"{word}: the type {name} does not exist"));
            last = word;
        }

        return last.Length == 0 ? ["the glossary has no words"] : problems;
    }

    private static IEnumerable<string[]> Rows(string text) => text.Split('\n')
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .Where(cells => cells.Length == 5 && cells[1] != "word" && !cells[1].StartsWith("--", StringComparison.Ordinal));

    private static HashSet<string> TypeNames()
    {
        IEnumerable<string> projects = Directory.GetDirectories(SourceTree.PathOf("src")).Select(path => Path.GetFileName(path)!);
        return [.. projects.SelectMany(name => CompiledAssembly.Read(name).Definitions)];
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
