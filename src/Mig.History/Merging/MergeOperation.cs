using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>What is to be done to our tree at one path.</summary>
/// <param name="Path">From the volume's root, without a slash at either end; empty for the root.</param>
/// <param name="Before">What stands there on our side; null when that is nothing.</param>
/// <param name="After">What is to stand there; null when that is nothing. The tree of a directory says nothing: what is in it has
/// operations of its own.</param>
public sealed record MergeOperation(ReadOnlyMemory<byte> Path, TreeEntry? Before, TreeEntry? After);
