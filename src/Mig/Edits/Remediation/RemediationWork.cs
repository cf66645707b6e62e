using Mig.Core;
using Mig.Images.Compliance;
using Mig.Images.Running;

namespace Mig.Edits.Remediation;

/// <summary>One image that is to be changed, for all branches that have it.</summary>
internal sealed class RemediationWork(ImageId image, IReadOnlyList<RemediationTarget> targets)
{
    public ImageId Image => image;

    /// <summary>At least one.</summary>
    public IReadOnlyList<RemediationTarget> Targets => targets;

    public IReadOnlyList<RuleResult> Before { get; set; } = [];

    /// <summary>What was found in the new image; null before it was looked at.</summary>
    public IReadOnlyList<RuleResult>? After { get; set; }

    public RemediationPlan Plan { get; set; } = new();

    /// <summary>The new image; null when there is none.</summary>
    public ImageId? Made { get; set; }

    /// <summary>What its commands did; null when none ran.</summary>
    public RunImage? Run { get; set; }

    /// <summary>Why the branches stay where they are.</summary>
    public string? Failure { get; set; }

    /// <summary>Whether the branches move.</summary>
    public bool IsGood => Made is not null && Failure is null;
}
