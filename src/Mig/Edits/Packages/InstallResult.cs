namespace Mig.Edits.Packages;

/// <summary>What became of packages.</summary>
/// <param name="Packages">In the order in which they are configured.</param>
/// <param name="Edit">The commit; null when something must run, and nothing was done.</param>
/// <param name="Files">Their files on this machine, in that order.</param>
/// <param name="Log">The paths that changed.</param>
public sealed record InstallResult(IReadOnlyList<PlannedPackage> Packages, EditResult? Edit, IReadOnlyList<string> Files, EditLog Log);
