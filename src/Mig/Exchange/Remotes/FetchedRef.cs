using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>What a fetch did with one ref.</summary>
/// <param name="Change">What became of it here.</param>
/// <param name="Theirs">Its name there; null for a tracking ref whose origin is gone.</param>
/// <param name="Ours">Where it is kept; null when only <c>FETCH_HEAD</c> says where it was.</param>
/// <param name="Old">Where it was here; null when it was not.</param>
/// <param name="New">Where it is there; null when it is gone.</param>
/// <param name="Note">Why it was rejected; null otherwise.</param>
public sealed record FetchedRef(RefChange Change, RefName? Theirs, RefName? Ours, ObjectId? Old, ObjectId? New, string? Note = null)
{
    /// <summary>Whether a pull takes it.</summary>
    public bool IsForMerge { get; init; }
}
