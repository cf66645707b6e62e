using Mig.History.Trees;

namespace Mig.Catalog.Searching;

/// <summary>A place at which an entry that was searched for stands.</summary>
/// <param name="Volume">What stands before paths on its volume, such as <c>@2</c>; empty for the volume with the operating system, or the
/// only one.</param>
/// <param name="Path">The path on the volume, without a slash at either end; empty for the root.</param>
/// <param name="Entry">What is known of the entry, without extended attributes; a hard link has what it leads to.</param>
/// <param name="Versions">The versions in which it stands there.</param>
public sealed record FoundEntry(string Volume, ReadOnlyMemory<byte> Path, TreeEntry Entry, VersionSet Versions);
