using Mig.Core;
using Mig.History.Refs;

namespace Mig.Edits.Remediation;

/// <summary>What became of one branch.</summary>
/// <param name="Before">Where it was.</param>
/// <param name="After">Its new version; null when it stays where it is.</param>
/// <param name="Steps">What was done, or would be, one sentence each.</param>
/// <param name="Open">The rules that it does not keep, or of which that is not known, in the end.</param>
/// <param name="Failure">Why it was left, or put back, as it was; null when it was not.</param>
public sealed record RemediatedImage(
    RefName Branch, CommitId Before, CommitId? After, IReadOnlyList<string> Steps, IReadOnlyList<OpenRule> Open, string? Failure);
