using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Revisions;

public sealed class CommitWalkTests
{
    [Theory]
    [InlineData(1, false, 2)]
    [InlineData(2, false, 4)]
    [InlineData(3, true, 2)]
    [InlineData(4, true, 3)]
    public void Walks_and_sets_are_those_of_git(int seed, bool skewedClocks, int mostParents)
    {
        using var git = new GitRepository();
        var random = new Random(seed);
        const int Count = 60;
        GitHistory.Add(git, random, Count, skewedClocks, mostParents);
        var source = new GitSource(git);
        var walk = new CommitWalk(source);
        var resolver = new RevisionResolver(source, new RefStore(git.Names), Config.Empty, TimeProvider.System);
        (CommitOrder Order, string Option)[] orders = [(CommitOrder.Date, "--no-walk=sorted"),
            (CommitOrder.DateAfterChildren, "--date-order"), (CommitOrder.Topological, "--topo-order")];
        int differences = 0;
        for (int round = 0; round < 25; round++)
        {
            string a = $"c{random.Next(Count) + 1}";
            string b = $"c{random.Next(Count) + 1}";
            string c = $"c{random.Next(Count) + 1}";
            foreach (string[] set in (string[][])[[a], [a, b, c], [$"{a}..{b}"], [$"{a}...{b}"], [a, b, $"^{c}"], [$"^{b}", a]])
            {
                RevisionSet mine = resolver.ResolveSet(set);
                string? judged = skewedClocks && mine.Exclude.Count > 0 ? SetByGit(git, mine) : null;
                foreach ((CommitOrder order, string option) in orders)
                {
                    // Without an option git's order is that of its queue.
                    string[] options = order == CommitOrder.Date ? [] : [option];
                    string theirs = git.Run(["log", "--format=%s", .. options, .. set, "--"]);
                    string own = string.Join('\n', walk.Walk(mine, order).Select(w => w.Commit.Subject));
                    if (judged is null)
                        Assert.Equal(theirs, own);
                    else
                        Assert.Equal(judged, Sorted(own));
                    differences += theirs == string.Join('\n', walk.Walk(mine, order).Select(w => w.Commit.Subject).Reverse()) ? 0 : 1;
                }
            }

            string first = git.Run("log", "--first-parent", "--format=%s", a, "--");
            Assert.Equal(first, string.Join(
                '\n', walk.Walk([resolver.ResolveCommit(a)], firstParentOnly: true).Select(w => w.Commit.Subject)));
            (CommitId left, CommitId right) = (resolver.ResolveCommit(a), resolver.ResolveCommit(b));
            Assert.Equal(Sorted(git.TryRun("", "merge-base", "--all", a, b).Output.TrimEnd()),
                Sorted(string.Join('\n', walk.MergeBases(left, right))));
            Assert.Equal(git.TryRun("", "merge-base", "--is-ancestor", a, b).Exit == 0, walk.IsAncestor(left, right));
        }

        // Negative control: the other way round is another order.
        Assert.InRange(differences, 200, int.MaxValue);
    }

    [Fact]
    public void A_walk_by_date_starts_at_once()
    {
        using var git = new GitRepository();
        GitHistory.Add(git, new Random(6), 100, skewedClocks: false);
        var counting = new CountingSource(new GitSource(git));
        var resolver = new RevisionResolver(counting, new RefStore(git.Names), Config.Empty, TimeProvider.System);
        CommitId head = resolver.ResolveCommit("HEAD");
        counting.Reads = 0;
        Assert.Equal(3, new CommitWalk(counting).Walk([head, resolver.ResolveCommit("c99"), resolver.ResolveCommit("c98")]).Take(3)
            .Count());
        Assert.InRange(counting.Reads, 1, 12);
    }

    // With wrong clocks git may forget that a commit was excluded; the walks without exclusion that this takes apart are exact.
    private static string SetByGit(GitRepository git, RevisionSet set)
    {
        var commits = git.Run(["log", "--format=%s", .. set.Include.Select(id => id.ToString()), "--"]).Split('\n').ToHashSet();
        commits.ExceptWith(git.Run(["log", "--format=%s", .. set.Exclude.Select(id => id.ToString()), "--"]).Split('\n'));
        return string.Join('\n', commits.Order(StringComparer.Ordinal));
    }

    private static string Sorted(string lines) => string.Join('\n', lines.Split('\n').Order(StringComparer.Ordinal));

    private sealed class CountingSource(IRevisionSource inner) : IRevisionSource
    {
        public int Reads { get; set; }

        public ObjectKind? GetKind(ObjectId id) => inner.GetKind(id);

        public History.Commits.Commit ReadCommit(CommitId id)
        {
            Reads++;
            return inner.ReadCommit(id);
        }

        public History.Commits.Tag ReadTag(TagId id) => inner.ReadTag(id);

        public IReadOnlyList<ObjectId> FindByPrefix(string hexPrefix, int most) => inner.FindByPrefix(hexPrefix, most);
    }
}
