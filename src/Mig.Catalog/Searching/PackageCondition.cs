namespace Mig.Catalog.Searching;

/// <summary>Which packages are wanted.</summary>
/// <param name="Name">A pattern of the name.</param>
/// <param name="IsWanted">Says whether a package of that name is wanted, by its version for example.</param>
public sealed record PackageCondition(Glob Name, Func<CatalogPackage, bool> IsWanted);
