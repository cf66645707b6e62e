using Mig.Catalog.Searching;

namespace Mig.Catalog;

/// <summary>What was found, and where it was searched.</summary>
/// <param name="Commits">The versions that were searched, newest first; sets of versions count in this order.</param>
/// <param name="Found">Entries, in no order; only in versions that have a package, when packages were asked for, too.</param>
/// <param name="Packages">Packages, in no order.</param>
public sealed record CatalogAnswer(IReadOnlyList<CatalogCommit> Commits, IReadOnlyList<FoundEntry> Found, IReadOnlyList<FoundPackage> Packages);
