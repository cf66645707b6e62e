using Mig.Core;

namespace Mig.Catalog;

/// <summary>A version, as the catalogue knows it.</summary>
/// <param name="Seconds">When it was committed.</param>
/// <param name="Parents">The places in the same history of what it came from; empty when only this version was asked for.</param>
public sealed record CatalogCommit(CommitId Id, long Seconds, IReadOnlyList<int> Parents);
