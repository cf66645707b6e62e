using Mig.Core;
using Mig.Store;
using Mig.Store.Encoding;

namespace Mig.History.Trees;

/// <summary>Reads tree objects.</summary>
public static class TreeReader
{
    private const int MaxLevel = 8;

    /// <summary>Returns all entries of a directory, sorted by the bytes of their names.</summary>
    /// <exception cref="CorruptStoreException">A tree is missing or damaged.</exception>
    public static IReadOnlyList<TreeEntry> ReadEntries(IObjectSource store, in TreeId tree)
    {
        var entries = new List<TreeEntry>();
        Collect(store, tree, MaxLevel, entries);
        for (int i = 1; i < entries.Count; i++)
        {
            if (entries[i - 1].Name.Span.SequenceCompareTo(entries[i].Name.Span) >= 0)
                throw new CorruptStoreException("OBJ-004", $"tree {tree}: entries {i - 1} and {i} are out of order; run mig fsck");
        }

        return entries;
    }

    /// <summary>Finds one name, reading only the nodes on the way to it.</summary>
    public static TreeEntry? Find(IObjectSource store, in TreeId tree, ReadOnlySpan<byte> name)
    {
        TreeNode node = ReadNode(store, tree, MaxLevel);
        while (node.Level > 0)
        {
            int at = node.Children.Count - 1;
            while (at > 0 && node.Children[at].FirstName.Span.SequenceCompareTo(name) > 0)
                at--;
            node = ReadNode(store, node.Children[at].Tree, node.Level - 1);
        }

        foreach (TreeEntry entry in node.Entries)
        {
            if (entry.Name.Span.SequenceEqual(name))
                return entry;
        }

        return null;
    }

    /// <summary>Reads one tree object: the entries of a leaf, or the children of an inner node.</summary>
    public static TreeNode ReadNode(IObjectSource store, in TreeId tree) => ReadNode(store, tree, MaxLevel);

    private static void Collect(IObjectSource store, in TreeId tree, int maxLevel, List<TreeEntry> entries)
    {
        TreeNode node = ReadNode(store, tree, maxLevel);
        entries.AddRange(node.Entries);
        foreach ((_, TreeId child) in node.Children)
            Collect(store, child, node.Level - 1, entries);
    }

    private static TreeNode ReadNode(IObjectSource store, in TreeId tree, int maxLevel)
    {
        ArgumentNullException.ThrowIfNull(store);
        var reader = new PayloadReader(store.ReadPayload(tree.Value, ObjectKind.Tree).Span, tree.Value);
        byte version = reader.Byte("version");
        if (version != TreeWriter.Version)
            throw reader.Corrupt("version", $"{version}, this mig knows {TreeWriter.Version}");
        int level = reader.Byte("level");
        if (level > maxLevel)
            throw reader.Corrupt("level", $"{level}, at most {maxLevel} allowed here");
        int count = (int)reader.Unsigned("entry count", TreeWriter.MaxEntries);
        var entries = new List<TreeEntry>(level == 0 ? count : 0);
        var children = new List<(ReadOnlyMemory<byte>, TreeId)>(level == 0 ? 0 : count);
        for (int i = 0; i < count; i++)
        {
            if (level == 0)
                entries.Add(TreeEntryCodec.Read(ref reader));
            else
                children.Add((reader.String("first name", 4096).ToArray(), new TreeId(reader.Id("child"))));
        }

        if (level > 0 && count == 0)
            throw reader.Corrupt("entry count", "an inner node has no children");
        reader.ExpectEnd("tree");
        return new TreeNode(level, entries, children);
    }
}
