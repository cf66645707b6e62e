using Mig.Catalog.Searching;
using Mig.Images.Browse;

namespace Mig.Images.Searching;

/// <summary>What was found.</summary>
/// <param name="Versions">The versions that were searched, newest first; sets of versions count in this order.</param>
/// <param name="Found">Sorted by volume and path.</param>
/// <param name="Packages">Sorted by name, kind, architecture and version.</param>
/// <param name="Coverage">The versions that were not searched, or not all of which was seen.</param>
public sealed record SearchAnswer(
    IReadOnlyList<SearchedVersion> Versions, IReadOnlyList<FoundEntry> Found, IReadOnlyList<FoundPackage> Packages, AnswerCoverage Coverage)
{
    /// <summary>Whether nothing was found.</summary>
    public bool IsEmpty => Found.Count == 0 && Packages.Count == 0;
}
