using System.Text;
using Mig.History.Diffs.Text;
using Mig.Testing;

namespace Mig.Tests.Versions.Compare;

/// <summary>
/// Unified differences against <c>git diff</c> byte for byte, and against <c>patch</c>, which must be able to apply them.
/// </summary>
public sealed class TextDiffTests : IDisposable
{
    private readonly TestFolder _files = new();

    [Fact]
    public void HunksAreThoseOfGit()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            List<string> before = [.. Enumerable.Range(0, random.Next(120)).Select(i => Line(random, i))];
            var after = new List<string>(before);
            for (int i = 0; i <= random.Next(6); i++)
                Edit(random, after, $"new {i}");
            (string left, string right) = (Text(before, seed % 4 == 0), Text(after, seed % 3 == 0));
            Assert.True(Git(left, right) == Unified(left, right), $"seed {seed}:\n{Git(left, right)}\nbut\n{Unified(left, right)}");
        }
    }

    [Fact]
    public void ChangesStandWherePeopleExpectThemAsInGit()
    {
        int rated = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            // Blocks that begin and end alike, indented and with blank lines in between: what is added or removed could stand in several
            // places.
            var random = new Random(seed);
            List<string> before = [.. Enumerable.Range(0, 2 + random.Next(12)).SelectMany(_ => Block(random))];
            var after = new List<string>(before);
            int at = random.Next(after.Count + 1);
            if (random.Next(2) == 0)
                after.RemoveRange(at, Math.Min(random.Next(12), after.Count - at));
            else
                after.InsertRange(at, random.Next(2) == 0 ? Block(random)
                    : after.GetRange(at, Math.Min(random.Next(12), after.Count - at)));
            (string left, string right) = (Text(before, seed % 5 == 0), Text(after, seed % 7 == 0));
            string unified = Unified(left, right);
            Assert.Equal(right, Patch(left, unified));
            Assert.True(Git(left, right) == unified, $"seed {seed}:\n{Git(left, right)}\nbut\n{unified}");
            rated += Git(left, right, "--no-indent-heuristic") != unified ? 1 : 0;
        }

        Assert.True(rated > 20, $"the heuristic decided only {rated} times");
    }

    [Fact]
    public void TextOfFewDifferentLinesIsPatchedWithAsFewLinesAsGitNeeds()
    {
        int longer = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            string left = Text([.. Enumerable.Range(0, random.Next(80)).Select(_ => "abcd"[random.Next(4)].ToString())], false);
            string right = Text([.. Enumerable.Range(0, random.Next(80)).Select(_ => "abcd"[random.Next(4)].ToString())], false);
            string unified = Unified(left, right);
            Assert.Equal(Changed(Git(left, right)), Changed(unified));
            Assert.Equal(right, Patch(left, unified));
            longer += unified == Git(left, right) ? 0 : 1;
        }

        Assert.NotEqual(0, longer);
    }

    [Fact]
    public void JudgesObjectToAWrongPatch()
    {
        string unified = Unified("a\nb\nc\n", "a\nx\nc\n");
        Assert.NotEqual(unified, Git("a\nb\nc\n", "a\ny\nc\n"));
        Assert.NotEqual("a\ny\nc\n", Patch("a\nb\nc\n", unified));
    }

    [Fact]
    public void TextsWithNothingInCommonEndSoon()
    {
        string left = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i * 7919 % 1000}\n")),
            right = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i * 104729 % 997}\n"));
        string unified = Unified(left, right);
        Assert.Equal(right, Patch(left, unified));
    }

    public void Dispose() => _files.Dispose();

    private static string Line(Random random, int number) => random.Next(5) == 0 ? $"[section {number}]" : random.Next(3) == 0
        ? $"Key{number} = {random.Next()}" : $"  line {number} {random.Next()}";

    private static void Edit(Random random, List<string> lines, string text)
    {
        int at = random.Next(lines.Count + 1);
        switch (random.Next(3))
        {
            case 0:
                lines.Insert(at, text);
                break;
            case 1 when at < lines.Count:
                lines[at] = text;
                break;
            default:
                lines.RemoveRange(at, Math.Min(random.Next(5), lines.Count - at));
                break;
        }
    }

    private static string Text(List<string> lines, bool isOpen) => string.Join('\n', lines) + (isOpen || lines.Count == 0 ? "" : "\n");

    private static string Unified(string before, string after) => string.Concat(
        UnifiedDiff.Write(new TextLines(Encoding.UTF8.GetBytes(before)), new TextLines(Encoding.UTF8.GetBytes(after)))
            .Select(Encoding.UTF8.GetString));

    private static int Changed(string unified) => unified.Split('\n').Count(line => line.StartsWith('+') || line.StartsWith('-'));

    private static IEnumerable<string> Block(Random random)
    {
        int indent = random.Next(3);
        string margin = random.Next(4) == 0 ? new string('\t', indent) : new string(' ', indent * 4);
        yield return $"{margin}if {random.Next(5)}";
        if (random.Next(2) == 0)
            yield return $"{margin}{{";
        for (int i = random.Next(3); i >= 0; i--)
            yield return random.Next(5) == 0 ? new string(' ', random.Next(3)) : $"{margin}    line {random.Next(1000)}";
        yield return $"{margin}}}";
        if (random.Next(3) > 0)
            yield return "";
    }

    private string Git(string before, string after, string option = "--indent-heuristic")
    {
        File.WriteAllText(_files["before"], before);
        File.WriteAllText(_files["after"], after);
        (_, string output) = Tool.Try("git", "-c", "core.pager=cat", "diff", "--no-index", "--no-color", "--minimal", option, "--no-prefix",
            _files["before"], _files["after"]);
        int hunk = output.IndexOf("\n@@ ", StringComparison.Ordinal);
        return hunk < 0 ? "" : output[(hunk + 1)..];
    }

    private string Patch(string before, string unified)
    {
        File.WriteAllText(_files["file"], before);
        File.WriteAllText(_files["patch"], "--- file\n+++ file\n" + unified);
        if (unified.Length > 0)
            Tool.Run("patch", "-s", "--posix", _files["file"], _files["patch"]);
        return File.Exists(_files["file"]) ? File.ReadAllText(_files["file"]) : "";
    }
}
