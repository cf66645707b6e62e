using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Revisions;

public sealed class GraphLanesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Random_histories_with_merges_of_two_look_as_by_git(int seed)
    {
        using var git = new GitRepository();
        GitHistory.Add(git, new Random(seed), 60, skewedClocks: false);
        foreach (string tip in (string[])["c60", "c45", "c30"])
            Assert.Equal(DrawnByGit(git, tip), Drawn(git, tip));
        Assert.Equal(DrawnByGit(git, "c60", "c55", "c58"), Drawn(git, "c60", "c55", "c58"));
        Assert.Equal(DrawnByGit(git, "c60", "^c40"), Drawn(git, "c60", "^c40"));
        Assert.NotEqual(DrawnByGit(git, "c60"), Drawn(git, "c59"));
    }

    [Fact]
    public void Merges_of_several_name_every_commit_once()
    {
        using var git = new GitRepository();
        GitHistory.Add(git, new Random(7), 80, skewedClocks: false, mostParents: 5);
        string[] drawn = Drawn(git, "c80").Split('\n');
        string[] subjects = git.Run("log", "--topo-order", "--format=%s", "c80").Split('\n');
        Assert.Equal(subjects, drawn.Where(l => l.Contains('*', StringComparison.Ordinal)).Select(l => l[(l.LastIndexOf(' ') + 1)..]));
    }

    [Fact]
    public void A_merged_branch_looks_familiar()
    {
        CommitId[] ids = [.. Enumerable.Range(0, 5).Select(i => new CommitId(Tests.Commits.Samples.Id(i)))];
        var lanes = new GraphLanes();
        var lines = new List<string>();
        foreach ((int commit, int[] parents) in ((int, int[])[])[(4, [2, 3]), (3, [1]), (2, [1]), (1, [])])
        {
            GraphRow row = lanes.Next(ids[commit], [.. parents.Select(p => ids[p])]);
            lines.Add(row.Commit + commit);
            lines.AddRange(row.After);
        }

        Assert.Equal(["*   4", "|\\", "| * 3", "* | 2", "|/", "* 1"], lines);
    }

    private static string DrawnByGit(GitRepository git, params string[] revisions) =>
        string.Join('\n', git.Run(["log", "--graph", "--format=%s", .. revisions, "--"]).Split('\n').Select(l => l.TrimEnd()));

    private static string Drawn(GitRepository git, params string[] revisions)
    {
        var source = new GitSource(git);
        var resolver = new RevisionResolver(source, new RefStore(git.Names), Config.Empty, TimeProvider.System);
        List<WalkedCommit> walk = [.. new CommitWalk(source).Walk(resolver.ResolveSet(revisions), CommitOrder.Topological)];
        var shown = walk.Select(w => w.Id).ToHashSet();
        var lanes = new GraphLanes();
        var lines = new List<string>();
        foreach (WalkedCommit commit in walk)
        {
            GraphRow row = lanes.Next(commit.Id, [.. commit.Commit.Parents.Where(shown.Contains)]);
            lines.Add(row.Commit + commit.Commit.Subject);
            lines.AddRange(row.After);
        }

        return string.Join('\n', lines);
    }
}
