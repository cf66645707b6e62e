using Mig.Transfer;

namespace Mig.Exchange.Remotes;

/// <summary>What a fetch did.</summary>
/// <param name="Remote">The name of the remote; null when it was named by its address.</param>
/// <param name="Address">Where it is, safe to show.</param>
/// <param name="Refs">All refs that were chosen, in the order in which they were.</param>
/// <param name="Transfer">What moved.</param>
public sealed record FetchOutcome(string? Remote, string Address, IReadOnlyList<FetchedRef> Refs, TransferReport Transfer)
{
    /// <summary>Whether a ref could not move.</summary>
    public bool HasRejected => Refs.Any(found => found.Change == RefChange.Rejected);
}
