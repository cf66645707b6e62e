using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>What a push did with one ref.</summary>
/// <param name="Change">What became of it there.</param>
/// <param name="Source">What was pushed, as it is called here; empty for a deletion.</param>
/// <param name="Theirs">Its name there.</param>
/// <param name="Old">Where it was there; null when it was not.</param>
/// <param name="New">Where it should be; null to delete it.</param>
/// <param name="Note">Why it was rejected or refused; null otherwise. Untrusted text when the other side refused.</param>
public sealed record PushedRef(RefChange Change, string Source, RefName Theirs, ObjectId? Old, ObjectId? New, string? Note = null)
{
    /// <summary>Why this side rejected it.</summary>
    public PushRejection Rejection { get; init; }

    public bool HasFailed => Change is RefChange.Rejected or RefChange.Refused;
}
