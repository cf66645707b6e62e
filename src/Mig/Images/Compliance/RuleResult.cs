using Mig.Machines.Baselines;

namespace Mig.Images.Compliance;

/// <summary>What was found of one rule in one image.</summary>
public sealed record RuleResult(Baseline Baseline, BaselineRule Rule, RuleAnswer Answer);
