namespace Mig.Git;

/// <summary>What an export did.</summary>
/// <param name="NewVersions">Versions that became commits of Git.</param>
/// <param name="Changes">Branches and tags that moved.</param>
/// <param name="Warnings">What is not there as it was asked for, one sentence each.</param>
public sealed record GitExportReport(int NewVersions, IReadOnlyList<GitRefChange> Changes, IReadOnlyList<string> Warnings);
