using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Revisions;

/// <summary>
/// Walks the commits in which something changed, as <c>git log -- PATH</c> does (git-log(1), "History Simplification", default mode): where
/// a merge has the same as one of its parents, only that one is followed, since the others brought nothing.
/// </summary>
/// <param name="leaveOut">Takes commits that are missing or damaged, as <see cref="CommitWalk"/> does.</param>
public sealed class SimplifiedWalk(
    IRevisionSource source, IHistoryQuestion question, Action<CommitId, CorruptStoreException>? leaveOut = null)
{
    private readonly CommitWalk _walk = new(source, leaveOut);

    /// <summary>Yields the commits that changed what is asked about, with their parents as the walk follows them, newest first.</summary>
    /// <param name="set">Where to begin, and what to leave out.</param>
    /// <param name="firstParentOnly">Whether merged lines are left out.</param>
    public IEnumerable<WalkedCommit> Walk(RevisionSet set, bool firstParentOnly = false) =>
        Visit(set, firstParentOnly).Where(item => item.IsShown).Select(item => item.Commit);

    /// <summary>
    /// The same in topological order, where the parents of each commit are the nearest ones that are shown: what a graph needs.
    /// </summary>
    /// <inheritdoc cref="Walk"/>
    public IEnumerable<WalkedCommit> WalkGraph(RevisionSet set, bool firstParentOnly = false)
    {
        var all = new Dictionary<CommitId, (WalkedCommit Commit, bool IsShown)>();
        foreach ((WalkedCommit Commit, bool IsShown) item in Visit(set, firstParentOnly))
            all.Add(item.Commit.Id, item);
        IEnumerable<WalkedCommit> shown = all.Values.Where(item => item.IsShown)
            .Select(item => item.Commit with
            {
                Commit = item.Commit.Commit with
                {
                    Parents =
                [.. item.Commit.Commit.Parents.Select(parent => Nearest(all, parent)).OfType<CommitId>().Distinct()]
                }
            });
        return CommitWalk.Sort(shown, CommitOrder.Topological, firstParentOnly);
    }

    private static CommitId? Nearest(Dictionary<CommitId, (WalkedCommit Commit, bool IsShown)> all, CommitId id)
    {
        while (all.TryGetValue(id, out (WalkedCommit Commit, bool IsShown) item))
        {
            if (item.IsShown)
                return id;
            if (item.Commit.Commit.Parents.Count == 0)
                break;
            id = item.Commit.Commit.Parents[0];
        }

        return null;
    }

    private IEnumerable<(WalkedCommit Commit, bool IsShown)> Visit(RevisionSet set, bool firstParentOnly)
    {
        ArgumentNullException.ThrowIfNull(set);
        HashSet<CommitId> hidden = _walk.Ancestors(set.Exclude), ends = [.. set.Exclude];
        var queue = new PriorityQueue<WalkedCommit, (long, long)>();
        var seen = new HashSet<CommitId>();
        foreach (CommitId id in set.Include)
            Enqueue(id);
        while (queue.TryDequeue(out WalkedCommit? next, out _))
        {
            (IReadOnlyList<CommitId> parents, bool isShown) =
                Simplify(next, id => hidden.Contains(id) && !ends.Contains(id), firstParentOnly);
            yield return (next with { Commit = next.Commit with { Parents = parents } }, isShown);
            foreach (CommitId parent in parents)
                Enqueue(parent);
        }

        void Enqueue(CommitId id)
        {
            if (!hidden.Contains(id) && seen.Add(id) && _walk.Read(id) is { } commit)
                queue.Enqueue(commit, (-commit.Commit.Committer.Seconds, seen.Count));
        }
    }

    // Which parents are followed, and whether the commit changed anything. Parents outside of the set, but for the named ends of it, decide
    // only where there are no others.
    private (IReadOnlyList<CommitId> Parents, bool IsShown) Simplify(
        WalkedCommit child, Func<CommitId, bool> isOutside, bool firstParentOnly)
    {
        List<WalkedCommit> parents = [
            .. (firstParentOnly ? child.Commit.Parents.Take(1) : child.Commit.Parents).Select(_walk.Read).OfType<WalkedCommit>()];
        if (parents.Count == 0)
            return ([], !question.IsSame(null, child));
        bool hasInside = false, differsInside = false, differsOutside = false;
        foreach (WalkedCommit parent in parents)
        {
            bool isApart = isOutside(parent.Id), isSame = question.IsSame(parent, child);
            if (isSame && !isApart)
                return ([parent.Id], false);
            hasInside |= !isApart;
            differsInside |= !isSame && !isApart;
            differsOutside |= !isSame && isApart;
        }

        return ([.. parents.Select(parent => parent.Id)], hasInside ? differsInside : differsOutside);
    }
}
