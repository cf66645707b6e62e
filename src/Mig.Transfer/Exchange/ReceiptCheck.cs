using Mig.Core;
using Mig.History.Checks;
using Mig.History.Commits;
using Mig.Store;

namespace Mig.Transfer.Exchange;

/// <summary>
/// The last gate before refs move: proves of every version that they come to lead to, and did not before, what cannot be said of one object
/// alone. What an earlier transfer brought and was refused is looked at like what came now.
/// </summary>
internal sealed class ReceiptCheck(ObjectStore store, Limits limits)
{
    private static readonly HashSet<ObjectId> None = [];

    private readonly CommitGraph _graph = new(store);

    /// <param name="tips">Commits and tags that refs are to lead to; what is not here does not count.</param>
    /// <param name="known">What refs lead to already.</param>
    /// <param name="received">Commits that came just now; a history that is deepened has them behind what is known.</param>
    /// <exception cref="CorruptStoreException">An image breaks its format; the message says which commit has it.</exception>
    public void Run(IEnumerable<ObjectId> tips, IEnumerable<ObjectId> known, IReadOnlySet<ObjectId> received,
        CancellationToken cancellation)
    {
        List<ObjectId> starts = [.. tips.Select(tip => _graph.Peel(tip)).OfType<ObjectId>()];
        HashSet<ObjectId> ends = [.. known.Select(id => _graph.Peel(id)).OfType<ObjectId>()];

        // Mostly what is new follows from where a ref is, and the history before that need not be walked.
        List<(ObjectId Id, Commit Commit)> fresh = Walk(starts, ends);
        if (!fresh.TrueForAll(item => received.Contains(item.Id)))
            fresh = Walk(starts, _graph.Reach(ends, None));
        fresh.AddRange(received.Except(fresh.Select(item => item.Id)).Select(id => (id, _graph.Read(id))));
        var images = new ImageCheck(store, limits, cancellation);
        foreach ((ObjectId id, Commit commit) in fresh)
        {
            try
            {
                images.Check(commit.Image);
            }
            catch (CorruptStoreException e)
            {
                throw new CorruptStoreException(e.Code, $"commit {id}: {e.Detail}", e);
            }
        }
    }

    private List<(ObjectId Id, Commit Commit)> Walk(List<ObjectId> starts, HashSet<ObjectId> known) =>
        [.. _graph.Walk(starts, known, None, 0).Select(step => (step.Id, step.Commit))];
}
