using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;

namespace Mig.Versions.Merging;

/// <summary>What became of a branch that was to be put on another version.</summary>
/// <param name="Branch">The branch; null for a HEAD that is on none.</param>
/// <param name="Before">Where it was.</param>
/// <param name="After">Where it is; the same when it stands there already, or there are conflicts.</param>
/// <param name="Replayed">Versions that were made anew.</param>
/// <param name="Dropped">Versions of which nothing was left to do.</param>
/// <param name="Conflict">The version in conflict, and how; null when there is none.</param>
public sealed record RebasedBranch(RefName? Branch, CommitId Before, CommitId After, int Replayed, int Dropped, PickedVersion? Conflict)
{
    /// <summary>What was decided by a rule.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
