using Mig.Core;

namespace Mig.History.Trees;

/// <summary>One tree object: a leaf has entries, an inner node of a large directory has children.</summary>
/// <param name="Level">0 for a leaf.</param>
public sealed record TreeNode(
    int Level, IReadOnlyList<TreeEntry> Entries, IReadOnlyList<(ReadOnlyMemory<byte> FirstName, TreeId Tree)> Children);
