using Mig.Core;
using Mig.Machines.Baselines;

namespace Mig.Edits.Remediation;

/// <summary>Which branches are to keep which baselines, and what may be done for that.</summary>
public sealed record RemediationRequest
{
    /// <summary>Branches, and patterns of them such as <c>hosts/*</c>.</summary>
    public required IReadOnlyList<string> Branches { get; init; }

    public required IReadOnlyList<Baseline> Baselines { get; init; }

    public required BaselineFeeds Feeds { get; init; }

    /// <summary>A folder of this machine with packages; null when there is none.</summary>
    public string? Source { get; init; }

    /// <summary>Does only what mig does itself, and runs nothing of an image.</summary>
    public bool IsNative { get; init; }

    /// <summary>The message of the commits; null for one that names the rules.</summary>
    public string? Message { get; init; }

    /// <summary>Says what would be done, and makes no version.</summary>
    public bool DryRun { get; init; }

    /// <summary>Does not ask the hooks commit-msg and pre-commit.</summary>
    public bool NoVerify { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
