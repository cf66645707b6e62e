using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Revisions;

public sealed class RevisionResolverTests : IDisposable
{
    private readonly GitRepository _git = new();
    private readonly FixedClock _clock = new(new DateTimeOffset(2023, 11, 20, 12, 0, 0, TimeSpan.FromHours(1)));

    public RevisionResolverTests()
    {
        GitHistory.Add(_git, new Random(2), 40, skewedClocks: false, mostParents: 3);
        _git.Environment["GIT_COMMITTER_DATE"] = "1700300000 +0100";
        _git.Run("checkout", "--quiet", "-f", "c40");
        _git.Run("tag", "-a", "-m", "one", "v1", "c20");
        _git.Run("tag", "-a", "-m", "two", "v2", "v1");
        _git.Run("tag", "light", "c10");
        _git.Run("tag", "c30", "c11"); // a tag wins over the branch of the same name
        _git.Environment["GIT_COMMITTER_DATE"] = "1700400000 +0100";
        _git.Run("checkout", "--quiet", "-b", "topic/x", "c35");
        _git.Environment["GIT_COMMITTER_DATE"] = "1700450000 +0100";
        _git.Run("commit", "--quiet", "--allow-empty", "-m", "work");
        _git.Run("checkout", "--quiet", "--detach", "c33");
        _git.Run("checkout", "--quiet", "topic/x");
        _git.Run("update-ref", "refs/remotes/origin/main", "c25");
        _git.Run("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
        _git.Run("config", "remote.origin.url", "x");
        _git.Run("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
        _git.Run("config", "branch.topic/x.remote", "origin");
        _git.Run("config", "branch.topic/x.merge", "refs/heads/main");
        _git.Run("config", "branch.c12.remote", ".");
        _git.Run("config", "branch.c12.merge", "refs/heads/c13");
    }

    public void Dispose() => _git.Dispose();

    [Fact]
    public void Revisions_name_what_git_says()
    {
        RevisionResolver resolver = Resolver();
        string full = _git.Run("rev-parse", "c17");
        string[] names = ["HEAD", "@", "c40", "c1", "topic/x", "heads/c7", "refs/heads/c9", "tags/v1", "v1", "v2", "light", "c30", "origin",
            "origin/main", "remotes/origin/main", full, full[..12], "@{u}", "@{upstream}", "@{U}", "topic/x@{u}", "c12@{u}", "@{-1}",
            "@{-2}", "@{-3}", "@{0}", "@{1}", "HEAD@{2}", "HEAD@{0}", "topic/x@{1}", "@{-3}@{0}", "HEAD@{yesterday}",
            "HEAD@{1700420000 +0000}", "topic/x@{2023-11-20 05:00:00 +0100}", "none", "v3", "abcd", "refs/heads/none", "HEAD@{99}",
            "c3@{u}", "@{-9}", "refs/heads", "head"];
        string[] suffixes = ["", "^", "~", "^0", "~0", "^1", "^2", "^3", "^9", "~2", "~1000", "^^", "^2~1", "~3^2", "^{}", "^{commit}",
            "^{tag}", "^{}~1", "^{commit}^2^{commit}", "^0^0"];
        int found = 0;
        foreach (string name in names)
        {
            string[] texts = [.. suffixes.Select(s => name + s)];
            foreach (string text in texts)
            {
                // When what @{…}^{…} asks for fails, git takes all between the first and the last brace for a date, and finds one.
                if (name.Contains("@{", StringComparison.Ordinal) && text.EndsWith('}') && text.Length > name.Length)
                    continue;
                _git.Environment["TZ"] = "Etc/GMT-1";
                _git.Environment["GIT_TEST_DATE_NOW"] = "1700478000";
                (int exit, string output, _) = _git.TryRun("", "rev-parse", "--verify", "--quiet", text);
                string theirs = exit == 0 ? output.Trim() : "none";
                string mine = Try(resolver, text);
                Assert.True(theirs == mine, $"{text}: git says {theirs}, mig says {mine}");
                found += exit == 0 ? 1 : 0;
            }
        }

        // Negative control: both answers occur often.
        Assert.InRange(found, 150, (names.Length * suffixes.Length) - 300);
    }

    [Fact]
    public void A_commit_leads_to_its_image()
    {
        RevisionResolver resolver = Resolver();
        string tree = _git.Run("rev-parse", "v2^{tree}");
        Assert.Equal(tree, resolver.ResolveImage("v2").ToString());
        Assert.Equal(tree, resolver.Resolve("v2^{image}").Id.ToString());
        Assert.Equal(ObjectKind.Image, resolver.Resolve("v2^{image}").Kind);
        Assert.Contains("names an image, but a commit is needed",
            Assert.Throws<UsageException>(() => resolver.ResolveCommit("v2^{image}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ref_is_found_when_only_a_ref_is_named()
    {
        RevisionResolver resolver = Resolver();
        Assert.Equal("refs/heads/c12", resolver.Resolve("c12").Ref!.Value);
        Assert.Equal("refs/heads/c40", resolver.ResolveRef("@{-3}")!.Value);
        Assert.Equal("refs/remotes/origin/main", resolver.ResolveRef("@{u}")!.Value);
        Assert.Null(resolver.Resolve("c12~1").Ref);
        Assert.Null(resolver.ResolveRef("c12~1"));
        Assert.Null(resolver.ResolveRef("nonsense"));
    }

    [Theory]
    [InlineData("topic/y", "'topic/x'")]
    [InlineData("tpoic/x", "'topic/x'")]
    [InlineData("HAED", "'HEAD'")]
    [InlineData("lihgt~1", "'light'")]
    public void Near_names_are_offered(string wanted, string offered)
    {
        NotFoundException e = Assert.Throws<NotFoundException>(() => Resolver().Resolve(wanted));
        Assert.Contains("Did you mean", e.Message, StringComparison.Ordinal);
        Assert.Contains(offered, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("^")]
    [InlineData("@{")]
    [InlineData("HEAD@{}")]
    [InlineData("HEAD@{nonsense}")]
    [InlineData("HEAD^{nonsense}")]
    [InlineData("HEAD^{commit")]
    [InlineData("HEAD^x")]
    [InlineData("HEAD~99999999999")]
    [InlineData("c40@{-1}")]
    [InlineData("HEAD@{1}@{1}")]
    [InlineData("v1^{image}^{commit}")]
    public void Malformed_revisions_say_why(string text) => Assert.Throws<UsageException>(() => Resolver().Resolve(text));

    [Fact]
    public void Random_text_gives_an_id_or_a_documented_error()
    {
        RevisionResolver resolver = Resolver();
        var random = new Random(10);
        for (int i = 0; i < 5000; i++)
            _ = Try(resolver, Commits.Samples.Text(random, 10, "c1v@@{{}}^~-u0:.H/é"));
    }

    [Fact]
    public void An_ambiguous_id_lists_what_it_could_be()
    {
        var source = new AmbiguousSource(new GitSource(_git));
        var resolver = new RevisionResolver(source, new RefStore(_git.Names), Config.Empty, _clock);
        UsageException e = Assert.Throws<UsageException>(() => resolver.Resolve("00ab"));
        Assert.Contains("'00ab' is the beginning of several ids", e.Message, StringComparison.Ordinal);
        Assert.Matches("\n  [0-9a-f]{12} commit 2023-11-14 1\n  [0-9a-f]{12} image", e.Message);

        // Where only a commit makes sense, only commits count.
        Assert.Equal(_git.Run("rev-parse", "c1"), resolver.ResolveCommit("00ab").ToString());
        Assert.Equal(_git.Run("rev-parse", "c1"), resolver.Resolve("00ab~0").Id.ToString());
    }

    [Fact]
    public void Ranges_need_an_end()
    {
        RevisionResolver resolver = Resolver();
        _ = Assert.Throws<UsageException>(() => resolver.ResolveSet([".."]));
        Assert.Equal(resolver.ResolveCommit("HEAD"), resolver.ResolveSet(["c1.."]).Include[0]);
        Assert.Equal(resolver.ResolveCommit("HEAD"), resolver.ResolveSet(["..c1"]).Exclude[0]);
    }

    private RevisionResolver Resolver() =>
        new(new GitSource(_git), new RefStore(_git.Names),
        new Config(new ConfigFile(Path.Combine(_git.Names, "config"), ConfigScope.Repository).Read().Entries), _clock);

    private static string Try(RevisionResolver resolver, string text)
    {
        try
        {
            return resolver.Resolve(text).Id.ToString();
        }
        catch (Exception e) when (e is NotFoundException or UsageException)
        {
            return "none";
        }
    }

    /// <summary>Every id begins with 00ab, as far as one asks.</summary>
    private sealed class AmbiguousSource(GitSource inner) : IRevisionSource
    {
        public ObjectKind? GetKind(ObjectId id) => inner.GetKind(id);

        public History.Commits.Commit ReadCommit(CommitId id) => inner.ReadCommit(id);

        public History.Commits.Tag ReadTag(TagId id) => inner.ReadTag(id);

        public IReadOnlyList<ObjectId> FindByPrefix(string hexPrefix, int most)
        {
            IReadOnlyList<ObjectId> all = inner.FindByPrefix("", 1000);
            ObjectId first = all.First(id => GetKind(id) == ObjectKind.Commit && ReadCommit(new CommitId(id)).Subject == "1");
            return [first, all.First(id => GetKind(id) == ObjectKind.Image)];
        }
    }
}
