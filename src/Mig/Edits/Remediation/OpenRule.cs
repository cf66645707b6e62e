using Mig.Images.Compliance;

namespace Mig.Edits.Remediation;

/// <summary>A rule that an image does not keep, or of which that is not known.</summary>
/// <param name="Reason">Why nothing is done about it; empty when something is.</param>
public sealed record OpenRule(RuleResult Result, string Reason);
