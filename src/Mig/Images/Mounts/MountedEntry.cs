using Mig.Core;
using Mig.Fuse;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Store.Content;

namespace Mig.Images.Mounts;

/// <summary>A file, directory or link of a version, as a mount shows it.</summary>
/// <param name="volume">Where it is.</param>
/// <param name="entry">What it is; never a hard link.</param>
/// <param name="path">The path of its entry, which all its names share.</param>
internal sealed class MountedEntry(MountedVolume volume, TreeEntry entry, ReadOnlyMemory<byte> path) : MountedNode
{
    private const int FolderSize = 4096;

    private ulong _inode;

    public override ulong Inode => _inode != 0 ? _inode : _inode = volume.InodeOf(path.Span);

    public override MountedAttributes Attributes => new(
        TypeBits(entry.Type) | (uint)entry.Mode,
        entry.Type == TreeEntryType.Directory ? 2 + volume.FoldersIn(entry.Tree) : volume.NamesOf(path.Span),
        entry.Uid,
        entry.Gid,
        entry.Type switch
        {
            TreeEntryType.File => entry.Size,
            TreeEntryType.SymbolicLink => entry.LinkTarget.Length,
            TreeEntryType.Directory => FolderSize,
            _ => 0,
        },
        entry.ModifiedTime,
        entry.DeviceMajor,
        entry.DeviceMinor);

    public override IReadOnlyList<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)> Xattrs =>
        [.. entry.Xattrs.Select(xattr => (xattr.Name, xattr.Value))];

    public override ReadOnlyMemory<byte> LinkTarget => entry.Type == TreeEntryType.SymbolicLink ? entry.LinkTarget : default;

    public override IReadOnlyList<(ReadOnlyMemory<byte> Name, MountedNode Node)> List() => entry.Type != TreeEntryType.Directory
        ? []
        : [.. TreeReader.ReadEntries(volume.Store, entry.Tree).Select(child => (child.Name, Child(child)))];

    public override MountedNode? Find(ReadOnlySpan<byte> name) =>
        entry.Type == TreeEntryType.Directory && TreeReader.Find(volume.Store, entry.Tree, name) is { } child ? Child(child) : null;

    public override IByteSource Open()
    {
        FileContentSource content = entry.List is { } list
            ? new FileContentSource(volume.Store, list)
            : new FileContentSource(volume.Store, new BlobId(entry.Sha256 ?? default), entry.Size);
        return content.Length == entry.Size
            ? content
            : throw new CorruptStoreException(
                "OBJ-007", $"the list of a file has {content.Length} bytes, its directory says {entry.Size}; run mig fsck");
    }

    private MountedNode Child(TreeEntry child)
    {
        if (child.Type != TreeEntryType.HardLink)
            return new MountedEntry(volume, child, TreePath.Join(path.Span, child.Name.Span));
        TreeEntry file = TreeLookup.FollowLink(volume.Store, volume.Root, child);
        return new MountedEntry(volume, file, child.LinkTarget.Span.TrimStart((byte)'/').ToArray());
    }

    private static uint TypeBits(TreeEntryType type) => type switch
    {
        TreeEntryType.Directory => 0x4000,
        TreeEntryType.SymbolicLink => 0xA000,
        TreeEntryType.CharacterDevice => 0x2000,
        TreeEntryType.BlockDevice => 0x6000,
        TreeEntryType.Fifo => 0x1000,
        TreeEntryType.Socket => 0xC000,
        _ => 0x8000,
    };
}
