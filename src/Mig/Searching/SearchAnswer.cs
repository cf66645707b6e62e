using Mig.Catalog.Searching;

namespace Mig.Searching;

/// <summary>What was found.</summary>
/// <param name="Versions">The versions that were searched, newest first; sets of versions count in this order.</param>
/// <param name="Found">Sorted by volume and path.</param>
/// <param name="Packages">Sorted by name, kind, architecture and version.</param>
/// <param name="Unseen">Versions of which not all was seen.</param>
public sealed record SearchAnswer(IReadOnlyList<SearchedVersion> Versions, IReadOnlyList<FoundEntry> Found, IReadOnlyList<FoundPackage> Packages, IReadOnlyList<UnseenVersions> Unseen)
{
    /// <summary>Whether all that was asked for was searched; what was not was said.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Whether nothing was found.</summary>
    public bool IsEmpty => Found.Count == 0 && Packages.Count == 0;
}
