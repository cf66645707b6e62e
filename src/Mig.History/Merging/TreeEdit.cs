using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Merging;

/// <summary>
/// Carries out operations on a tree, without a file system: for merges of merge bases, and for looking at what would come out.
/// </summary>
public static class TreeEdit
{
    /// <returns>The root of the changed tree.</returns>
    public static TreeEntry Apply(IObjectSource store, IObjectSink sink, TreeEntry root, IEnumerable<MergeOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        var top = new Node();
        foreach (MergeOperation operation in operations)
        {
            Node node = top;
            string path = PathKey.Of(operation.Path.Span);
            foreach (string name in path.Length == 0 ? [] : path.Split('/'))
            {
                if (!node.Children.TryGetValue(name, out Node? child))
                    node.Children[name] = child = new Node();
                node = child;
            }

            node.Operation = operation;
        }

        return Build(store, new TreeWriter(sink), root, top)
            ?? throw new ArgumentException("the root cannot be removed", nameof(operations));
    }

    private static TreeEntry? Build(IObjectSource store, TreeWriter writer, TreeEntry? entry, Node node)
    {
        TreeEntry? result = node.Operation is { } operation ? operation.After : entry;
        if (result is not { Type: TreeEntryType.Directory })
            return result;
        bool wasDirectory = entry is { Type: TreeEntryType.Directory };
        if (wasDirectory && node.Children.Count == 0)
            return result with { Tree = entry!.Tree };
        var entries = new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal);
        foreach (TreeEntry child in wasDirectory ? TreeReader.ReadEntries(store, entry!.Tree) : [])
            entries[PathKey.Of(child.Name.Span)] = child;
        foreach ((string name, Node child) in node.Children)
        {
            if (Build(store, writer, entries.GetValueOrDefault(name), child) is { } changed)
                entries[name] = changed with { Name = PathKey.ToBytes(name) };
            else
                entries.Remove(name);
        }

        return result with { Tree = writer.Write([.. entries.Values]) };
    }

    private sealed class Node
    {
        public MergeOperation? Operation { get; set; }

        public Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);
    }
}
