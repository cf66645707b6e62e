using System.Text;
using Mig.History.Diffs;
using Mig.Testing;

namespace Mig.Tests.Versions.Compare;

/// <summary>Path patterns mean what they mean to <c>git ls-files</c>.</summary>
public sealed class PathLimitsTests
{
    [Fact]
    public void Patterns_match_what_git_matches()
    {
        using var folder = new TestFolder();
        var random = new Random(1);
        const string Letters = "ab/.[x-";
        string[] paths = [.. Enumerable.Range(0, 300).Select(_ => Name(random, Letters))
            .Where(path => !path.Split('/').Any(part => part is "" or "." or "..")).Distinct().Order(StringComparer.Ordinal)];
        paths = [.. paths.Where(path => !paths.Any(other => other.StartsWith(path + "/", StringComparison.Ordinal)))];
        File.WriteAllLines(folder["index"], paths.Select(path => $"100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 0\t{path}"));
        Tool.Run("bash", "-euc",
            $"git init -q '{folder["git"]}'; cd '{folder["git"]}'; git hash-object -w --stdin < /dev/null > /dev/null; git update-index "
            + $"--index-info < '{folder["index"]}'");
        int matched = 0;
        for (int i = 0; i < 400; i++)
        {
            string pattern = Name(random, "ab/.*?[]!-\\x").Trim('/');
            if (pattern.Split('/').Any(part => part is "" or "." or "..") || pattern.EndsWith('\\') || pattern.StartsWith(':'))
                continue;
            var limits = new PathLimits([Encoding.ASCII.GetBytes(pattern)]);
            string[] mine = [.. paths.Where(path => limits.Includes(Encoding.ASCII.GetBytes(path)))];
            string[] theirs = Tool.Run("git", "-C", folder["git"], "ls-files", "--", pattern)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(theirs.SequenceEqual(mine), $"{pattern}\ngit {string.Join(' ', theirs)}\nmig {string.Join(' ', mine)}");

            // What is included is found on the way down.
            foreach (string path in mine)
            {
                for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
                    Assert.True(limits.MayIncludeBelow(Encoding.ASCII.GetBytes(path[..slash])), $"{pattern} below {path[..slash]}");
            }

            matched += mine.Length;
        }

        Assert.InRange(matched, 100, 400 * paths.Length / 2);
    }

    private static string Name(Random random, string letters) =>
        new([.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => letters[random.Next(letters.Length)])]);
}
