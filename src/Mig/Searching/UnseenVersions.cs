using Mig.Browse;

namespace Mig.Searching;

/// <summary>Versions of one image that were searched, and what of it was not seen.</summary>
/// <param name="Versions">At least one.</param>
public sealed record UnseenVersions(IReadOnlyList<SearchedVersion> Versions, ImageCoverage Coverage);
