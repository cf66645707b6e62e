using Mig.Core;
using Mig.FileSystems;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Ingest;

/// <summary>Stores the file view of a volume: a tree per directory, children before their parents.</summary>
internal sealed class TreeBuilder(IObjectSink writer, IFileSystem fileSystem, VolumeScan scan)
{
    private readonly TreeWriter _trees = new(writer);

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
        FileNode node = fileSystem.GetNode(entry.Node);
        bool isFile = entry.Type == NodeType.File;
        FileContent content = isFile ? scan.Files[entry.Index].Content : default;
        return new TreeEntry
        {
            Name = entry.Name,
            Type = ToType(entry.Type),
            Mode = node.Mode,
            Uid = node.Uid,
            Gid = node.Gid,
            ModifiedTime = node.ModifiedTime,
            Size = isFile ? node.Size : 0,
            Sha256 = content.Sha256,
            List = content.List,
            Tree = entry.Type == NodeType.Directory ? trees[entry.Index] : default,
            LinkTarget = node.LinkTarget,
            DeviceMajor = node.DeviceMajor,
            DeviceMinor = node.DeviceMinor,
            Attributes = node.Attributes,
            Xattrs = [.. node.Xattrs.Select(xattr => new TreeXattr(xattr.Name, xattr.Value))],
        };
    }

    private static TreeEntryType ToType(NodeType type) => type switch
    {
        NodeType.File => TreeEntryType.File,
        NodeType.Directory => TreeEntryType.Directory,
        NodeType.SymbolicLink => TreeEntryType.SymbolicLink,
        NodeType.CharacterDevice => TreeEntryType.CharacterDevice,
        NodeType.BlockDevice => TreeEntryType.BlockDevice,
        NodeType.Fifo => TreeEntryType.Fifo,
        NodeType.Socket => TreeEntryType.Socket,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
