
namespace Mig.Machines.Coverage;

/// <summary>Versions that an answer is about, and what of them it does not rest on.</summary>
/// <param name="Versions">At least one.</param>
public sealed record UnseenVersions(IReadOnlyList<VersionName> Versions, ImageCoverage Coverage);
