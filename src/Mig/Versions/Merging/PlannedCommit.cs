using Mig.Core;
using Mig.History.Commits;

namespace Mig.Versions.Merging;

/// <summary>A commit to be made of a merge without conflicts.</summary>
/// <param name="Make">Makes the commit of its image.</param>
internal sealed record PlannedCommit(MergePlan Plan, Func<ImageId, Commit> Make);
