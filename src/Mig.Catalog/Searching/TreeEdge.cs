namespace Mig.Catalog.Searching;

/// <summary>A directory stands in another one.</summary>
/// <param name="Parent">The row of the tree that it stands in.</param>
/// <param name="Name">By which name; null for a part of a large directory.</param>
internal readonly record struct TreeEdge(long Parent, byte[]? Name);
