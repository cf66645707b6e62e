using Mig.Catalog.Searching;
using Mig.Core;

namespace Mig.Catalog;

/// <summary>What was found, and where it was searched.</summary>
/// <param name="Commits">The versions that were searched, newest first; sets of versions count in this order.</param>
/// <param name="Found">Entries, in no order; only in versions that have a package, when packages were asked for, too.</param>
/// <param name="Packages">Packages, in no order.</param>
public sealed record CatalogAnswer(
    IReadOnlyList<CatalogCommit> Commits, IReadOnlyList<FoundEntry> Found, IReadOnlyList<FoundPackage> Packages)
{
    /// <summary>
    /// The tips that were not searched, with all before them that nothing else leads to, and versions whose packages could not be read; and
    /// why.
    /// </summary>
    public IReadOnlyList<(CommitId Version, CorruptStoreException Reason)> LeftOut { get; init; } = [];
}
