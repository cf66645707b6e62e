namespace Mig.Machines.Merging;

/// <summary>What came of a file that was merged by its meaning.</summary>
/// <param name="Text">The merged file; where something is in conflict, both sides between marks.</param>
/// <param name="Conflict">What is in conflict; null when nothing is.</param>
/// <param name="Note">What its user should know; null when that is nothing.</param>
internal sealed record MergedText(byte[] Text, string? Conflict, string? Note)
{
    /// <summary>
    /// Entries that are right by themselves and cannot stand side by side, so that no side decides it; null when there are none.
    /// </summary>
    public string? Clash { get; init; }
}
