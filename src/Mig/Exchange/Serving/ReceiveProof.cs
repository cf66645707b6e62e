using Mig.Care.Checks;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.Store;
using Mig.Transfer;
using Mig.Transfer.Serving;

namespace Mig.Exchange.Serving;

/// <summary>
/// Lets no image in whose manifest says something else than its disk holds (<c>receive.fsckObjects</c>): hooks, audits and searches look at
/// manifests, machines boot disks. Asked before the hooks of the repository are.
/// </summary>
internal sealed class ReceiveProof(Repository repository, IReceiveHooks hooks) : IReceiveHooks
{
    public string? PreReceive(IReadOnlyList<PushUpdate> updates, Action<string> say, CancellationToken cancellation) =>
        FindDifference(updates, cancellation) ?? hooks.PreReceive(updates, say, cancellation);

    public string? Update(PushUpdate update, Action<string> say, CancellationToken cancellation) => hooks.Update(update, say, cancellation);

    public void SayNotAsked(Action<string> say) => hooks.SayNotAsked(say);

    public void PostReceive(IReadOnlyList<PushUpdate> updates, Action<string> say, CancellationToken cancellation) =>
        hooks.PostReceive(updates, say, cancellation);

    private string? FindDifference(IReadOnlyList<PushUpdate> updates, CancellationToken cancellation)
    {
        var proof = new ImageProof(repository, cancellation);
        foreach ((CommitId id, Commit commit) in FindNew([.. updates.Select(update => update.New).OfType<ObjectId>()]))
        {
            if (proof.Find(commit.Image) is { } difference)
            {
                return $"{difference.Code}: image {commit.Image.Value.ToShortString()} of commit {id.Value.ToShortString()}: "
                    + $"{difference.Message}; "
                    + "commit the disk anew, or let it in with receive.fsckObjects=false in that repository";
            }
        }

        proof.Keep();
        return null;
    }

    // A push mostly goes on from where a ref is. Only where it leads past all refs to the beginning is the whole history of the refs looked
    // up.
    private Dictionary<CommitId, Commit> FindNew(List<ObjectId> pushed)
    {
        HashSet<CommitId> tips = [.. repository.Refs.List("refs/").Select(item => repository.Objects.PeelToCommit(item.Id))
            .OfType<CommitId>()];
        Dictionary<CommitId, Commit> found = Walk(pushed.Select(repository.Objects.PeelToCommit).OfType<CommitId>(), tips);
        if (found.Values.Any(commit => commit.Parents.Count == 0) && tips.Count > 0)
        {
            foreach (CommitId known in Walk(tips, []).Keys)
                found.Remove(known);
        }

        return found;
    }

    private Dictionary<CommitId, Commit> Walk(IEnumerable<CommitId> from, HashSet<CommitId> ends)
    {
        var found = new Dictionary<CommitId, Commit>();
        var pending = new Stack<CommitId>(from);
        while (pending.TryPop(out CommitId id))
        {
            if (ends.Contains(id) || found.ContainsKey(id) || repository.Objects.GetKind(id.Value) != ObjectKind.Commit)
                continue;
            Commit commit = repository.Objects.ReadCommit(id);
            found.Add(id, commit);
            foreach (CommitId parent in commit.Parents)
                pending.Push(parent);
        }

        return found;
    }
}
