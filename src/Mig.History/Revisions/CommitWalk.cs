using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Revisions;

/// <summary>Walks the graph of commits. Trusts no clock: dates decide the order, never what belongs to the result.</summary>
/// <param name="leaveOut">Takes commits that are missing or damaged, which are then left out with what only they lead to; null when such a
/// commit ends the walk.</param>
public sealed class CommitWalk(IRevisionSource source, Action<CommitId, CorruptStoreException>? leaveOut = null)
{
    /// <summary>Yields the commits reachable from <paramref name="include"/> and not from <paramref name="exclude"/>.</summary>
    /// <param name="include">Where to begin.</param>
    /// <param name="exclude">What to leave out, with all before it.</param>
    /// <param name="order">The order.</param>
    /// <param name="firstParentOnly">Whether merged lines are left out.</param>
    public IEnumerable<WalkedCommit> Walk(IEnumerable<CommitId> include, IEnumerable<CommitId>? exclude = null,
        CommitOrder order = CommitOrder.Date, bool firstParentOnly = false)
    {
        HashSet<CommitId> hidden = exclude is null ? [] : Ancestors(exclude);
        IEnumerable<WalkedCommit> byDate = WalkByDate(include, hidden, firstParentOnly);
        return order == CommitOrder.Date ? byDate : Sort(byDate, order, firstParentOnly);
    }

    /// <inheritdoc cref="Walk(IEnumerable{CommitId}, IEnumerable{CommitId}?, CommitOrder, bool)"/>
    public IEnumerable<WalkedCommit> Walk(RevisionSet set, CommitOrder order = CommitOrder.Date, bool firstParentOnly = false)
    {
        ArgumentNullException.ThrowIfNull(set);
        return Walk(set.Include, set.Exclude, order, firstParentOnly);
    }

    /// <summary>Tells whether one commit is another or lies before it.</summary>
    public bool IsAncestor(CommitId ancestor, CommitId descendant) =>
        WalkByDate([descendant], [], firstParentOnly: false).Any(commit => commit.Id == ancestor);

    /// <summary>Returns the best common ancestors of two commits, newest first: those that lie before no other common one.</summary>
    public IReadOnlyList<CommitId> MergeBases(CommitId left, CommitId right)
    {
        if (left == right)
            return [left];
        HashSet<CommitId> common = Ancestors([left]);
        common.IntersectWith(Ancestors([right]));

        // What all have in common is closed under "parent of", so a common commit is best unless another one's parent.
        var commits = new List<WalkedCommit>();
        var surpassed = new HashSet<CommitId>();
        foreach (CommitId id in common)
        {
            Commit commit = source.ReadCommit(id);
            commits.Add(new WalkedCommit(id, commit));
            surpassed.UnionWith(commit.Parents);
        }

        return [.. commits.Where(c => !surpassed.Contains(c.Id)).OrderByDescending(c => c.Commit.Committer.Seconds).ThenBy(c => c.Id.Value)
            .Select(c => c.Id)];
    }

    private static IEnumerable<CommitId> ParentsOf(Commit commit, bool firstParentOnly) =>
        firstParentOnly ? commit.Parents.Take(1) : commit.Parents;

    private IEnumerable<WalkedCommit> WalkByDate(IEnumerable<CommitId> include, HashSet<CommitId> hidden, bool firstParentOnly)
    {
        var queue = new PriorityQueue<WalkedCommit, (long, long)>();
        var seen = new HashSet<CommitId>();
        foreach (CommitId id in include)
            Enqueue(id);
        while (queue.TryDequeue(out WalkedCommit? next, out _))
        {
            yield return next;
            foreach (CommitId parent in ParentsOf(next.Commit, firstParentOnly))
                Enqueue(parent);
        }

        void Enqueue(CommitId id)
        {
            if (hidden.Contains(id) || !seen.Add(id))
                return;

            // Equal dates come out as they went in.
            if (Read(id) is { } commit)
                queue.Enqueue(commit, (-commit.Commit.Committer.Seconds, seen.Count));
        }
    }

    /// <summary>Puts commits in an order in which no parent comes before its children.</summary>
    internal static IEnumerable<WalkedCommit> Sort(IEnumerable<WalkedCommit> walk, CommitOrder order, bool firstParentOnly)
    {
        var all = new Dictionary<CommitId, WalkedCommit>();
        var list = new List<WalkedCommit>();
        foreach (WalkedCommit commit in walk)
        {
            all.Add(commit.Id, commit);
            list.Add(commit);
        }

        var waitingFor = new Dictionary<CommitId, int>();
        foreach (WalkedCommit commit in list)
        {
            foreach (CommitId parent in ParentsOf(commit.Commit, firstParentOnly))
                waitingFor[parent] = waitingFor.GetValueOrDefault(parent) + 1;
        }

        var ready = new PriorityQueue<WalkedCommit, (long, long)>();
        long counter = 0;
        List<WalkedCommit> tips = list.FindAll(c => !waitingFor.ContainsKey(c.Id));
        if (order == CommitOrder.Topological)
            tips.Reverse();
        foreach (WalkedCommit tip in tips)
            Enqueue(tip);
        while (ready.TryDequeue(out WalkedCommit? next, out _))
        {
            foreach (CommitId parent in ParentsOf(next.Commit, firstParentOnly))
            {
                if (all.TryGetValue(parent, out WalkedCommit? found) && --waitingFor[parent] == 0)
                    Enqueue(found);
            }

            yield return next;
        }

        // By topology the last one in is the first one out, which follows one line of history to its end.
        void Enqueue(WalkedCommit commit)
        {
            counter++;
            ready.Enqueue(commit, order == CommitOrder.Topological ? (-counter, 0) : (-commit.Commit.Committer.Seconds, counter));
        }
    }

    /// <summary>Returns commits with all before them.</summary>
    internal HashSet<CommitId> Ancestors(IEnumerable<CommitId> from)
    {
        var seen = new HashSet<CommitId>();
        var open = new Stack<CommitId>(from);
        while (open.TryPop(out CommitId id))
        {
            if (!seen.Add(id))
                continue;
            foreach (CommitId parent in Read(id)?.Commit.Parents ?? [])
                open.Push(parent);
        }

        return seen;
    }

    /// <summary>Reads a commit; null when it is left out.</summary>
    internal WalkedCommit? Read(CommitId id)
    {
        try
        {
            return new WalkedCommit(id, source.ReadCommit(id));
        }
        catch (CorruptStoreException e) when (leaveOut is not null)
        {
            leaveOut(id, e);
            return null;
        }
    }
}
