using Mig.Core;
using Mig.History.Refs;

namespace Mig.Versions.Merging;

/// <summary>What became of picking versions.</summary>
/// <param name="Branch">The branch that moved, or would have; null when HEAD is on none.</param>
/// <param name="Before">Where it was.</param>
/// <param name="After">Where it is; the same when there are conflicts.</param>
/// <param name="Versions">Up to the first one with conflicts.</param>
public sealed record PickOutcome(RefName? Branch, CommitId Before, CommitId After, IReadOnlyList<PickedVersion> Versions)
{
    /// <summary>The version that is in conflict; null when all went well. Nothing has changed then.</summary>
    public PickedVersion? Conflict => Versions.FirstOrDefault(version => version.Plan.HasConflicts);
}
