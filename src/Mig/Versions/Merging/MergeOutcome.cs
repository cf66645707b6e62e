using Mig.Core;
using Mig.History.Refs;

namespace Mig.Versions.Merging;

/// <summary>What a merge did.</summary>
/// <param name="Branch">The branch that moved, or would have; null when HEAD is on none.</param>
/// <param name="Before">Where it was.</param>
/// <param name="Theirs">What was to be taken in.</param>
/// <param name="After">Where it is now, <paramref name="Before"/> when it did not move.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Plan">What was merged, and how; null where nothing had to be.</param>
public sealed record MergeOutcome(RefName? Branch, CommitId Before, CommitId Theirs, CommitId After, MergeKind Kind, MergePlan? Plan)
{
    /// <summary>The message of the commit that was made, or would have been.</summary>
    public string Message { get; init; } = "";
}
