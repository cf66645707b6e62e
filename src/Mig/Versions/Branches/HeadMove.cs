using Mig.Core;
using Mig.History.Refs;

namespace Mig.Versions.Branches;

/// <summary>Where HEAD was and where it is.</summary>
/// <param name="Before">Where it was.</param>
/// <param name="Branch">The branch it is on now; null when it is on none.</param>
/// <param name="Commit">The commit it is on now; null on a branch without commits.</param>
/// <param name="LeftBehind">Commits that only HEAD led to, and nothing leads to any more.</param>
public sealed record HeadMove(Head Before, RefName? Branch, CommitId? Commit, int LeftBehind)
{
    /// <summary>Whether HEAD is where it was.</summary>
    public bool IsNone => Before.Branch == Branch && Before.Id == Commit?.Value;
}
