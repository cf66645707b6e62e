using Mig.Core;
using Mig.Machines.Merging;

namespace Mig.Versions.Merging;

/// <summary>Which changes to carry to the current branch, or to take back there.</summary>
public sealed record PickRequest
{
    /// <summary>The versions whose changes are meant, in the order in which they are done.</summary>
    public required IReadOnlyList<string> Revisions { get; init; }

    /// <summary>Takes the changes back.</summary>
    public bool Reverts { get; init; }

    /// <summary>Which parent the changes of a merge are counted from, from 1; null when none is a merge.</summary>
    public int? Mainline { get; init; }

    /// <summary>Says in the message which version it comes from.</summary>
    public bool SaysOrigin { get; init; }

    /// <summary>Does all the work, and stores nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Does not ask the hooks commit-msg and pre-commit.</summary>
    public bool NoVerify { get; init; }

    public MergeChoices Choices { get; init; } = MergeChoices.None;

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
