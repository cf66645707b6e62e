using Mig.Core;
using Mig.Machines.Merging;

namespace Mig.Versions.Merging;

/// <summary>Which branches to put on another version.</summary>
public sealed record RebaseRequest
{
    /// <summary>The version that they are put on; null for the upstream.</summary>
    public string? Onto { get; init; }

    /// <summary>
    /// Versions that it has are left behind; null for what <see cref="Onto"/> has, or, without that, the branch's upstream.
    /// </summary>
    public string? Upstream { get; init; }

    /// <summary>Names of branches, or patterns such as <c>hosts/*</c>; none for the current one.</summary>
    public IReadOnlyList<string> Branches { get; init; } = [];

    /// <summary>Does all the work, and moves no branch.</summary>
    public bool DryRun { get; init; }

    /// <summary>Does not ask pre-commit.</summary>
    public bool NoVerify { get; init; }

    /// <summary>Told what is going to move, before anything does.</summary>
    public Action<IReadOnlyList<RebasePlan>>? Announce { get; init; }

    public MergeChoices Choices { get; init; } = MergeChoices.None;

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
