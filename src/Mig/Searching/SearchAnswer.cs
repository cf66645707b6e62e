using Mig.Catalog.Searching;

namespace Mig.Searching;

/// <summary>What was found.</summary>
/// <param name="Versions">The versions that were searched, newest first; sets of versions count in this order.</param>
/// <param name="Found">Sorted by volume and path.</param>
public sealed record SearchAnswer(IReadOnlyList<SearchedVersion> Versions, IReadOnlyList<FoundEntry> Found);
