using Mig.Core;
using Mig.History.Commits;

namespace Mig.Versions.Merging;

/// <summary>A version whose changes were carried to a branch, or taken back.</summary>
/// <param name="Source">The version.</param>
/// <param name="Id">What it became; null where there are conflicts, or nothing to do was left.</param>
/// <param name="Commit">The commit that was made, or would have been.</param>
/// <param name="Plan">What was merged, and how.</param>
public sealed record PickedVersion(CommitId Source, CommitId? Id, Commit Commit, MergePlan Plan);
