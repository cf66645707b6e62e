namespace Mig.Catalog.Searching;

/// <summary>A package that was searched for, and the versions that have it.</summary>
public sealed record FoundPackage(CatalogPackage Package, VersionSet Versions);
