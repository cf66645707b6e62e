using Mig.FileSystems;
using Mig.History.Trees;

namespace Mig.Images.Ingest;

/// <summary>Says of a node what a manifest keeps.</summary>
internal static class TreeEntries
{
    /// <param name="content">Of a regular file.</param>
    /// <param name="tree">Of a directory.</param>
    public static TreeEntry Of(FileNode node, ReadOnlyMemory<byte> name, FileContent content, in Core.TreeId tree) => new()
    {
        Name = name,
        Type = TypeOf(node.Type),
        Mode = node.Mode,
        Uid = node.Uid,
        Gid = node.Gid,
        ModifiedTime = node.ModifiedTime,
        Size = node.Type == NodeType.File ? node.Size : 0,
        Sha256 = content.Sha256,
        List = content.List,
        Tree = tree,
        LinkTarget = node.LinkTarget,
        DeviceMajor = node.DeviceMajor,
        DeviceMinor = node.DeviceMinor,
        Attributes = node.Attributes,
        Xattrs = [.. node.Xattrs.Select(xattr => new TreeXattr(xattr.Name, xattr.Value))],
    };

    public static TreeEntryType TypeOf(NodeType type) => type switch
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
