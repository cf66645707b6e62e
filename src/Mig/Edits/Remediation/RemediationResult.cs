namespace Mig.Edits.Remediation;

/// <summary>What became of the branches.</summary>
/// <param name="Step">By what it can be undone; null when no branch moved.</param>
/// <param name="Images">In the order of the branches.</param>
/// <param name="Made">How many different images were made for them.</param>
public sealed record RemediationResult(string? Step, IReadOnlyList<RemediatedImage> Images, int Made);
