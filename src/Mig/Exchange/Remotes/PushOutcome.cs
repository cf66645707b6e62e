using Mig.Transfer;

namespace Mig.Exchange.Remotes;

/// <summary>What a push to one address did.</summary>
/// <param name="Address">Where, safe to show.</param>
/// <param name="Refs">All refs that were to move, in the order in which they were named.</param>
/// <param name="Transfer">What moved.</param>
/// <param name="Messages">What the other side's hooks said; untrusted text.</param>
/// <param name="Upstreams">Branches that follow another one from now on.</param>
public sealed record PushOutcome(string Address, IReadOnlyList<PushedRef> Refs, TransferReport Transfer, IReadOnlyList<string> Messages,
    IReadOnlyList<UpstreamBranch> Upstreams)
{
    public bool HasFailed => Refs.Any(found => found.HasFailed);

    /// <summary>What to do about what was rejected; null when nothing was.</summary>
    public string? Hint => Refs.Select(found => found.Rejection)
        .Where(rejection => rejection is not (PushRejection.None or PushRejection.Atomic)).Order().FirstOrDefault() switch
    {
        PushRejection.FetchFirst =>
            "the remote has commits that you do not have here, perhaps because somebody else pushed; 'mig pull' takes them in, then push "
            + "again",
        PushRejection.NonFastForward =>
            "the branch here is behind the one there, or both went on; 'mig fetch' and look at both, then 'mig pull' when yours has "
            + "nothing of its own, or 'mig push --force-with-lease' to replace what is there",
        PushRejection.AlreadyExists => "a tag that is there already is not moved without --force",
        PushRejection.NeedsForce => "a ref that names no commit, or would name none, is not moved without --force",
        PushRejection.Stale => "the remote has moved since it was fetched; 'mig fetch' and look at what is new there, then push again",
        _ => null,
    };
}
