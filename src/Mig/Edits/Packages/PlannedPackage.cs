namespace Mig.Edits.Packages;

/// <summary>What is to become of a package.</summary>
/// <param name="Reasons">Why it must run, or what of its scripts is done without running them;
/// the line of the script where there is one.</param>
public sealed record PlannedPackage(string Name, string Version, string Architecture, InstallRoute Route, IReadOnlyList<string> Reasons);
