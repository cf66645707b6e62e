using Mig.Core;
using Mig.History.Commits;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig.Transfer.Exchange;

/// <summary>Walks commits and tags of a store; where a parent is missing, history ends.</summary>
internal sealed class CommitGraph(ObjectStore store)
{
    /// <summary>Reads a commit.</summary>
    /// <exception cref="CorruptStoreException">It is missing or damaged.</exception>
    public Commit Read(in ObjectId id) => Commit.Parse(store.ReadPayload(id, ObjectKind.Commit).Span, id);

    /// <summary>Follows tags to what they stand for.</summary>
    /// <param name="tags">Receives the annotated tags on the way; may be null.</param>
    /// <returns>The commit; null when it is not there, or no commit.</returns>
    public ObjectId? Peel(ObjectId id, ICollection<ObjectId>? tags = null)
    {
        while (store.TryFindAnew(id, out ObjectLocation location))
        {
            if (location.Kind == ObjectKind.Commit)
                return id;
            if (location.Kind != ObjectKind.Tag)
                return null;
            tags?.Add(id);
            id = Tag.Parse(store.ReadPayload(id, ObjectKind.Tag).Span, id).Target;
        }

        return null;
    }

    /// <summary>Returns all commits that are reachable from some, those included.</summary>
    /// <param name="ends">Commits whose parents do not count.</param>
    public HashSet<ObjectId> Reach(IEnumerable<ObjectId> from, IReadOnlySet<ObjectId> ends) =>
        [.. Walk(from, new HashSet<ObjectId>(), ends, 0).Select(step => step.Id)];

    /// <summary>Walks from some commits towards their ancestors, breadth first, each once.</summary>
    /// <param name="known">Commits that are left out, with all that lies behind them.</param>
    /// <param name="ends">Commits whose parents do not count.</param>
    /// <param name="depth">How many steps to go at most, the first commits being the first step; 0 for no limit.</param>
    /// <returns>Each commit, and whether the depth cuts its parents off.</returns>
    public IEnumerable<(ObjectId Id, Commit Commit, bool IsCut)> Walk(
        IEnumerable<ObjectId> from, IReadOnlySet<ObjectId> known, IReadOnlySet<ObjectId> ends, int depth)
    {
        var seen = new HashSet<ObjectId>();
        var queue = new Queue<(ObjectId Id, int Step)>();
        foreach (ObjectId id in from)
        {
            if (store.Contains(id) && !known.Contains(id) && seen.Add(id))
                queue.Enqueue((id, 1));
        }

        while (queue.TryDequeue(out (ObjectId Id, int Step) next))
        {
            Commit commit = Read(next.Id);
            bool isCut = next.Step == depth && commit.Parents.Count > 0;
            yield return (next.Id, commit, isCut);
            if (isCut || ends.Contains(next.Id))
                continue;
            foreach (CommitId parent in commit.Parents)
            {
                if (store.Contains(parent.Value) && !known.Contains(parent.Value) && seen.Add(parent.Value))
                    queue.Enqueue((parent.Value, next.Step + 1));
            }
        }
    }

    /// <summary>Tells whether one commit is another's ancestor, or the same.</summary>
    public bool IsAncestor(ObjectId ancestor, in ObjectId of) =>
        Walk([of], new HashSet<ObjectId>(), new HashSet<ObjectId>(), 0).Any(step => step.Id == ancestor);

    /// <summary>
    /// Chooses from the history of some commits what tells another side what is known here: all of the nearest ones, then ever fewer (as
    /// Git's skipping negotiator does), so that at most twice as many commits come as are needed.
    /// </summary>
    public List<ObjectId> Sample(IEnumerable<ObjectId> tips, IReadOnlySet<ObjectId> ends)
    {
        const int Dense = 64;
        var sample = new List<ObjectId>();
        long number = 0, next = 0;
        foreach ((ObjectId id, _, _) in Walk(tips, new HashSet<ObjectId>(), ends, 0))
        {
            if (number++ < next)
                continue;
            sample.Add(id);
            next = number <= Dense ? number : number + (number / Dense);
        }

        return sample;
    }
}
