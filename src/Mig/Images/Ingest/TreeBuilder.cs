using Mig.Core;
using Mig.FileSystems;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Images.Ingest;

/// <summary>Stores the file view of a volume: a tree per directory, children before their parents.</summary>
internal sealed class TreeBuilder(IObjectSink writer, IFileSystem fileSystem, VolumeScan scan)
{
    private readonly TreeWriter _trees = new(writer);
    private readonly DamageList _known = new(); // the scan has told

    /// <summary>Stores all trees.</summary>
    /// <returns>The root directory, as an entry without a name.</returns>
    public TreeEntry Run()
    {
        var trees = new TreeId[scan.Directories.Count];
        for (int i = trees.Length - 1; i >= 0; i--)
        {
            ScannedDirectory directory = scan.Directories[i];
            var entries = new TreeEntry[directory.Entries.Length];
            for (int j = 0; j < entries.Length; j++)
                entries[j] = ToEntry(directory.Entries[j], trees);
            trees[i] = _trees.Write(entries);
        }

        var root = new ScannedEntry(default, fileSystem.RootNode, NodeType.Directory, 0, null);
        return ToEntry(root, trees);
    }

    private TreeEntry ToEntry(in ScannedEntry entry, TreeId[] trees)
    {
        if (entry.LinkPath is { } first)
            return new TreeEntry { Name = entry.Name, Type = TreeEntryType.HardLink, LinkTarget = first };
        _known.Clear();
        FileNode node = fileSystem.GetNode(entry.Node, _known);
        FileContent content = entry.Type == NodeType.File ? scan.Files[entry.Index].Content : default;
        return TreeEntries.Of(node, entry.Name, content, entry.Type == NodeType.Directory ? trees[entry.Index] : default);
    }
}
