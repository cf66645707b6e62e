using Mig.Core;
using Mig.Machines.Baselines;
using Mig.Machines.Coverage;

namespace Mig.Images.Compliance;

/// <summary>What was found of all rules in one image.</summary>
/// <param name="Name">How the user called it.</param>
/// <param name="Commit">Null for an image that was named by its own id.</param>
/// <param name="Rules">In the order of the baselines and of their rules.</param>
/// <param name="Coverage">What could not be looked at.</param>
public sealed record ImageCompliance(
    string Name, CommitId? Commit, ImageId Image, IReadOnlyList<RuleResult> Rules, ImageCoverage Coverage)
{
    /// <summary>Broken when one rule is, else unknown when one is, else kept.</summary>
    public RuleState State => Has(RuleState.Broken) ? RuleState.Broken : Has(RuleState.Unknown) ? RuleState.Unknown : RuleState.Kept;

    private bool Has(RuleState state) => Rules.Any(rule => rule.Answer.State == state);
}
