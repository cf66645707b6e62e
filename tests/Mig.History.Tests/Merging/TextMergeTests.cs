using System.Globalization;
using System.Text;
using Mig.History.Diffs.Text;
using Mig.History.Merging;
using Mig.History.Merging.Text;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Merging;

/// <summary>Merges of texts, judged by <c>git merge-file</c> and <c>diff3 -m</c>.</summary>
public class TextMergeTests
{
    private const string DefaultCases = "150";

    [Theory]
    [InlineData("a\nb\nc\n", "a\nB\nc\n", "a\nb\nC\nd\n")]
    [InlineData("a\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n")]
    [InlineData("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n")]
    [InlineData("a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n")]
    [InlineData("", "new\n", "new\nand more\n")]
    [InlineData("a\nb", "a\nb\nc", "a\nB")]
    [InlineData("a\n", "", "a\nb\n")]
    public void TheResultIsThatOfGit(string before, string ours, string theirs) =>
        Assert.Null(Difference([(before, ours, theirs)]).FirstOrDefault());

    // Where lines repeat, there are several shortest differences, and another one can lead to another conflict; so it does in Git with
    // another algorithm.
    [Theory]
    [InlineData(100_000, 0)]
    [InlineData(40, 0.005)]
    [InlineData(4, 0.03)]
    public void RandomTextsMergeAsGitMergesThem(int distinctLines, double tolerated)
    {
        int seed = 20261125, cases = int.Parse(
            Environment.GetEnvironmentVariable("MIG_MERGE_CASES") ?? DefaultCases, CultureInfo.InvariantCulture);
        var random = new Random(seed);
        List<(string, string, string)> all = [.. Enumerable.Range(0, cases).Select(_ => RandomCase(random, distinctLines))];
        List<string> found = [.. Difference(all)];
        Assert.True(found.Count <= tolerated * cases, $"{found.Count} of {cases}, seed {seed}:\n{string.Join("\n-----\n", found.Take(3))}");
    }

    [Fact]
    public void ConflictsWithTheirBaseAreThoseOfGit()
    {
        var random = new Random(7);
        int conflicts = 0;
        for (int i = 0; i < 40; i++)
        {
            (string before, string ours, string theirs) = RandomCase(random, distinctLines: 100_000);
            TextMergeResult merged = TextMerge.Merge(
                Bytes(before), Bytes(ours), Bytes(theirs), TextMergeOptions.Default with { ShowsBase = true });
            (int exit, string output) = Judge(before, ours, theirs, "--diff3");
            Assert.Equal((exit, output), (merged.Conflicts, Encoding.UTF8.GetString(merged.Text)));
            conflicts += merged.Conflicts;
        }

        Assert.InRange(conflicts, 10, 1000);
    }

    // As git diff shows a file in conflict.
    [Fact]
    public void ACombinedDiffIsThatOfGit()
    {
        string before = string.Concat(Enumerable.Range(1, 40).Select(i => $"line {i}\n"));
        string ours = before.Replace("line 5\n", "ours\n", StringComparison.Ordinal)
            .Replace("line 20\n", "left\n", StringComparison.Ordinal);
        string theirs = before.Replace("line 5\n", "theirs\nand more\n", StringComparison.Ordinal)
            .Replace("line 30\n", "", StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        const string Script = """
            git init -q -b main .; git config user.name n; git config user.email e@x; cp base f; git add f; git commit -qm b; git branch theirs; cp ours f; git commit -qam o; git checkout -q theirs
            cp theirs f; git commit -qam t; git checkout -q main; git -c merge.conflictStyle=diff3 merge theirs > log 2>&1 || true; git diff
            """;
        Write(folder, before, ours, theirs);
        (_, string output, _) = GitRepository.Execute("sh", folder.Path, [], new Dictionary<string, string>(), "-c", Script);
        TextMergeResult merged = TextMerge.Merge(
            Bytes(before), Bytes(ours), Bytes(theirs), TextMergeOptions.Default with { ShowsBase = true });
        string made = Encoding.UTF8.GetString(
            [.. CombinedDiff.Write(new TextLines(Bytes(ours)), new TextLines(Bytes(theirs)), new TextLines(merged.Text))
            .SelectMany(line => line)]);
        Assert.Equal(Plain(output[output.IndexOf("@@@", StringComparison.Ordinal)..]), Plain(made));

        // Git names the sides by branch and commit, and says at a hunk what line stands above it.
        static string Plain(string text) =>
            string.Join('\n', text.Split('\n').Select(line =>
            line.StartsWith("@@@", StringComparison.Ordinal) ? line[..(line.LastIndexOf("@@@", StringComparison.Ordinal) + 3)]
            : line.Length > 9 && line.StartsWith("++", StringComparison.Ordinal) && "<>|".Contains(line[2], StringComparison.Ordinal)
                ? line[..9] : line));
    }

    [Fact]
    public void WhatDiff3MergesWithoutConflictIsTheSame()
    {
        var random = new Random(31);
        int clean = 0;
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 60; i++)
        {
            (string before, string ours, string theirs) = RandomCase(random, distinctLines: 40);
            Write(folder, before, ours, theirs);
            (int exit, string output, _) =
                GitRepository.Execute("diff3", folder.Path, [], new Dictionary<string, string>(), "-m", "ours", "base", "theirs");
            TextMergeResult merged = Merge(before, ours, theirs);
            if (exit != 0 || merged.Conflicts > 0)
                continue;
            clean++;
            Assert.Equal(output, Encoding.UTF8.GetString(merged.Text));
        }

        Assert.InRange(clean, 5, 60);
    }

    [Theory]
    [InlineData(MergeSide.Ours, "a\nX\nc\nd\ne\nE\n")]
    [InlineData(MergeSide.Theirs, "a\nY\nc\nd\ne\nE\n")]
    public void AFavoredSideDecidesConflictsOnly(MergeSide side, string expected)
    {
        TextMergeResult merged = TextMerge.Merge(Bytes("a\nb\nc\nd\ne\n"), Bytes("a\nX\nc\nd\ne\n"), Bytes("a\nY\nc\nd\ne\nE\n"),
            TextMergeOptions.Default with { Favored = side });
        Assert.Equal((0, expected), (merged.Conflicts, Encoding.UTF8.GetString(merged.Text)));
    }

    [Fact]
    public void TheJudgeSeesAnotherResult()
    {
        (int exit, string output) = Judge("a\nb\nc\n", "a\nX\nc\n", "a\nb\nc\n");
        Assert.Equal(0, exit);
        Assert.NotEqual("a\nb\nc\n", output);
    }

    private static IEnumerable<string> Difference(IReadOnlyList<(string Before, string Ours, string Theirs)> cases)
    {
        foreach ((string before, string ours, string theirs) in cases)
        {
            TextMergeResult merged = Merge(before, ours, theirs);
            (int exit, string output) = Judge(before, ours, theirs);
            string text = Encoding.UTF8.GetString(merged.Text);
            if (exit != merged.Conflicts || output != text)
                yield return $"base:\n{before}ours:\n{ours}theirs:\n{theirs}mig ({merged.Conflicts}):\n{text}git ({exit}):\n{output}";
        }
    }

    private static (int Exit, string Output) Judge(string before, string ours, string theirs, params string[] options)
    {
        using var folder = new TemporaryFolder();
        Write(folder, before, ours, theirs);
        (int exit, string output, _) = GitRepository.Execute("git", folder.Path, [], new Dictionary<string, string>(),
            ["merge-file", "-p", .. options, "-L", "ours", "-L", "base", "-L", "theirs", "ours", "base", "theirs"]);
        return (exit, output);
    }

    private static void Write(TemporaryFolder folder, string before, string ours, string theirs)
    {
        File.WriteAllText(folder["base"], before);
        File.WriteAllText(folder["ours"], ours);
        File.WriteAllText(folder["theirs"], theirs);
    }

    private static TextMergeResult Merge(string before, string ours, string theirs) =>
        TextMerge.Merge(Bytes(before), Bytes(ours), Bytes(theirs), TextMergeOptions.Default);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static (string Before, string Ours, string Theirs) RandomCase(Random random, int distinctLines)
    {
        List<string> before = [.. Enumerable.Range(0, random.Next(25)).Select(_ => Line(random, distinctLines))];
        return (Join(before, random), Join(Change(before, random, distinctLines), random),
            Join(Change(before, random, distinctLines), random));
    }

    private static List<string> Change(List<string> lines, Random random, int distinctLines)
    {
        List<string> changed = [.. lines];
        for (int i = random.Next(5); i > 0; i--)
        {
            int at = random.Next(changed.Count + 1);
            if (at < changed.Count && random.Next(2) == 0)
                changed.RemoveAt(at);
            if (random.Next(2) == 0)
                changed.Insert(Math.Min(at, changed.Count), Line(random, distinctLines));
        }

        return changed;
    }

    private static string Line(Random random, int distinctLines) =>
        distinctLines < 100 && random.Next(8) == 0 ? (random.Next(2) == 0 ? "" : "}") : $"line {random.Next(distinctLines)}";

    private static string Join(List<string> lines, Random random) =>
        string.Join('\n', lines) + (lines.Count > 0 && random.Next(10) > 0 ? "\n" : "");
}
