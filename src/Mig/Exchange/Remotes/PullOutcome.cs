using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>What a pull did with the current branch.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="Before">Where it was; null when it had no commit.</param>
/// <param name="After">Where it is.</param>
/// <param name="Commits">Commits that it has now, and had not.</param>
public sealed record PullOutcome(RefName Branch, CommitId? Before, CommitId After, int Commits)
{
    /// <summary>Whether there was nothing new.</summary>
    public bool IsUpToDate => Before == After;
}
