using Mig.Core;
using Mig.Store;

namespace Mig.History.Trees;

/// <summary>Reads tree objects.</summary>
public static class TreeReader
{
    /// <summary>Returns all entries of a directory, sorted by the bytes of their names.</summary>
    /// <exception cref="CorruptStoreException">A tree is missing or damaged.</exception>
    public static IReadOnlyList<TreeEntry> ReadEntries(IObjectSource store, in TreeId tree)
    {
        TreeNode node = ReadNode(store, tree);
        if (node.Level == 0)
            return node.Entries;
        var entries = new List<TreeEntry>();
        Collect(store, node, entries);
        return entries;
    }

    /// <summary>Finds one name, reading only the nodes on the way to it.</summary>
    public static TreeEntry? Find(IObjectSource store, in TreeId tree, ReadOnlySpan<byte> name)
    {
        TreeNode node = ReadNode(store, tree);
        while (node.Level > 0)
        {
            int at = node.Children.Count - 1;
            while (at > 0 && node.Children[at].FirstName.Span.SequenceCompareTo(name) > 0)
                at--;
            node = ReadChild(store, node, at);
        }

        foreach (TreeEntry entry in node.Entries)
        {
            if (entry.Name.Span.SequenceEqual(name))
                return entry;
        }

        return null;
    }

    /// <summary>Reads one tree object: the entries of a leaf, or the children of an inner node.</summary>
    public static TreeNode ReadNode(IObjectSource store, in TreeId tree)
    {
        ArgumentNullException.ThrowIfNull(store);
        var view = TreeNodeView.Open(store.ReadPayload(tree.Value, ObjectKind.Tree).Span, tree);
        var entries = new List<TreeEntry>(view.Level == 0 ? view.Count : 0);
        var children = new List<(ReadOnlyMemory<byte>, TreeId)>(view.Level == 0 ? 0 : view.Count);
        while (view.Next())
        {
            if (view.Level == 0)
                entries.Add(view.Entry.ToEntry());
            else
                children.Add((view.Name.ToArray(), view.Child));
        }

        return new TreeNode(view.Level, entries, children);
    }

    /// <summary>Reads a child of an inner node, which must be what the node says of it.</summary>
    internal static TreeNode ReadChild(IObjectSource store, TreeNode parent, int index)
    {
        (ReadOnlyMemory<byte> firstName, TreeId child) = parent.Children[index];
        TreeNode node = ReadNode(store, child);
        CheckChild(child, parent.Level, firstName.Span, node.Level, node.Level == 0
            ? (node.Entries.Count == 0 ? default : node.Entries[0].Name.Span) : node.Children[0].FirstName.Span);
        return node;
    }

    /// <summary>Checks that a node is what its parent says of it.</summary>
    /// <exception cref="CorruptStoreException">Its level is no lower, or it begins with another name.</exception>
    internal static void CheckChild(in TreeId child, int parentLevel, ReadOnlySpan<byte> saidFirst, int level, ReadOnlySpan<byte> first)
    {
        if (level >= parentLevel)
            throw new CorruptStoreException(
                "OBJ-001", $"tree {child}: its level is {level}, and it is below one of {parentLevel}; run mig fsck");
        if (!first.SequenceEqual(saidFirst))
            throw new CorruptStoreException(
                "OBJ-004", $"tree {child}: it does not begin with the name that the node above it gives; run mig fsck");
    }

    /// <summary>What is wrong with a part of a large directory that begins before the end of the part before it.</summary>
    internal static CorruptStoreException Overlapping(in TreeId part) =>
        new("OBJ-004", $"tree {part}: it begins before the end of the part of the directory before it; run mig fsck");

    private static void Collect(IObjectSource store, TreeNode node, List<TreeEntry> entries)
    {
        for (int i = 0; i < node.Children.Count; i++)
        {
            TreeNode child = ReadChild(store, node, i);
            if (child.Level > 0)
            {
                Collect(store, child, entries);
                continue;
            }

            if (entries.Count > 0 && entries[^1].Name.Span.SequenceCompareTo(child.Entries[0].Name.Span) >= 0)
                throw Overlapping(node.Children[i].Tree);
            entries.AddRange(child.Entries);
        }
    }
}
