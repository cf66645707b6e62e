using Mig.Core;
using Mig.History.Refs;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Refs;

public sealed class RefspecTests
{
    // Its own refspecs are what git says "invalid refspec" about; anything else that it says is about what they name.
    [Fact]
    public void Refspecs_are_valid_when_git_says_so()
    {
        var random = new Random(7);
        var texts = new List<string>
        {
            "refs/heads/*", "+refs/heads/*:refs/x/*", "a:b*", "*:b", ":", "+:", "^refs/heads/x", "^refs/heads/*", "^x:y", "^", "@", ":x",
                "x:", "*a*:b*", "a*b:c*d", "HEAD~1:x", "a b:x", "a b", "a:b:c",
            "+", "+a", "-a", "a:refs/heads/b", "*:*", "refs/heads/*:", ":refs/heads/*", "^:", "a..b:c", "a:b..c", "@:x", "x:@", "a/:b",
            "a.lock:b", new string('a', 64) + ":x", "^" + new string('a', 64),
        };
        for (int i = 0; i < 120; i++)
            texts.Add(Samples.Text(random, 3, "+^:a*") + Samples.Text(random, 4, "ab/*:@.~"));
        using var git = new GitRepository();
        foreach (string text in texts.Where(text => text.Length > 0 && text[0] != '-'))
        {
            Assert.True(IsInvalid(git, "fetch", text) == Throws(() => Refspec.ParseFetch(text)), $"fetch {text}");
            Assert.True(IsInvalid(git, "push", text) == Throws(() => Refspec.ParsePush(text)), $"push {text}");
        }
    }

    [Theory]
    [InlineData("+refs/heads/*:refs/remotes/origin/*", "refs/heads/main", "refs/remotes/origin/main")]
    [InlineData("+refs/heads/*:refs/remotes/origin/*", "refs/heads/web/1", "refs/remotes/origin/web/1")]
    [InlineData("+refs/heads/*:refs/remotes/origin/*", "refs/tags/v1", null)]
    [InlineData("refs/heads/a*b:refs/x/*", "refs/heads/ab", "refs/x/")]
    [InlineData("refs/heads/a*a:refs/x/y*", "refs/heads/a", null)]
    [InlineData("refs/heads/a*a:refs/x/y*z", "refs/heads/abca", "refs/x/ybcz")]
    [InlineData("refs/heads/main:refs/heads/golden", "refs/heads/main", "refs/heads/golden")]
    [InlineData("refs/heads/main:refs/heads/golden", "refs/heads/mainly", null)]
    [InlineData("refs/heads/main", "refs/heads/main", null)]
    [InlineData("^refs/heads/main", "refs/heads/main", null)]
    public void A_name_is_mapped_and_mapped_back(string refspec, string source, string? destination)
    {
        var parsed = Refspec.ParseFetch(refspec);
        Assert.Equal(destination, parsed.Map(source));
        if (destination is not null)
            Assert.Equal(source, parsed.MapBack(destination));
    }

    // A fetch by git of the same refs by the same refspecs.
    [Theory]
    [InlineData("+refs/heads/*:refs/remotes/origin/*")]
    [InlineData("refs/heads/w*:refs/remotes/origin/x*")]
    [InlineData("refs/*:refs/copy/*")]
    [InlineData("refs/heads/*b:refs/copy/*c")]
    public void Names_are_mapped_as_git_maps_them(string refspec)
    {
        using var from = new GitRepository();
        using var to = new GitRepository();
        from.Run("commit", "--allow-empty", "-q", "-m", "one");
        foreach (string name in (string[])["web", "w", "web-b", "a/b", "a/w"])
            from.Run("branch", name);
        from.Run("tag", "v1");
        to.Run("fetch", "-q", "--no-tags", from.Folder, refspec);
        string[] names = from.Run("for-each-ref", "--format=%(refname)").Split('\n');
        var parsed = Refspec.ParseFetch(refspec);
        Assert.Equal(to.Run("for-each-ref", "--format=%(refname)").Split('\n').Order(StringComparer.Ordinal), names.Select(parsed.Map)
            .OfType<string>().Order(StringComparer.Ordinal));
    }

    private static bool Throws(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (UsageException)
        {
            return true;
        }
    }

    private static bool IsInvalid(GitRepository git, string verb, string text) =>
        git.TryRun("", verb, "--dry-run", ".", text).Errors.Contains("invalid refspec", StringComparison.Ordinal);
}
