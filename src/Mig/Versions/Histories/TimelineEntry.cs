using Mig.History.Revisions;

namespace Mig.Versions.Histories;

/// <summary>Where in the history something is: a content under a path, a version of a package, a content wherever it stands.</summary>
/// <param name="Value">What it is: a SHA-256, a version, a link's target.</param>
/// <param name="First">The earliest version that has it.</param>
/// <param name="Last">The latest version that has it.</param>
/// <param name="Count">How many versions have it.</param>
/// <param name="BroughtBy">Versions that have it while no parent has, earliest first.</param>
/// <param name="RemovedBy">Versions that have it no longer, earliest first; empty when it was never removed.</param>
/// <param name="Branches">Branches with such a version in their history, and whether their last one still has it.</param>
/// <param name="Paths">Where it stands in the last version, when contents were looked for.</param>
public sealed record TimelineEntry(
    string Value,
    WalkedCommit First,
    WalkedCommit Last,
    int Count,
    IReadOnlyList<WalkedCommit> BroughtBy,
    IReadOnlyList<WalkedCommit> RemovedBy,
    IReadOnlyList<(string Branch, bool IsThere)> Branches,
    IReadOnlyList<byte[]> Paths);
