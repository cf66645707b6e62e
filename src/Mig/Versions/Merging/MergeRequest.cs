using Mig.Core;
using Mig.Machines.Merging;

namespace Mig.Versions.Merging;

/// <summary>What to merge into the current branch, and how.</summary>
public sealed record MergeRequest
{
    /// <summary>The version to take in.</summary>
    public required string Revision { get; init; }

    /// <summary>The message; null for Git's.</summary>
    public string? Message { get; init; }

    /// <summary>Makes a commit even where the branch could simply move on.</summary>
    public bool NoFastForward { get; init; }

    /// <summary>Only moves the branch on.</summary>
    public bool FastForwardOnly { get; init; }

    /// <summary>Does all the work, and stores nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Does not ask the hooks commit-msg and pre-commit.</summary>
    public bool NoVerify { get; init; }

    public MergeChoices Choices { get; init; } = MergeChoices.None;

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
