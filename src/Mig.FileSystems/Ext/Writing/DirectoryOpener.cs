using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Opens directories to look into or to change.</summary>
internal sealed class DirectoryOpener(WritableVolume volume)
{
    private readonly DirectoryReader _reader = new(volume.Store, volume.Geometry, volume.Map, volume.Limits);

    /// <summary>Finds what a name stands for.</summary>
    /// <returns>An inode number; 0 when there is no such name.</returns>
    public long Find(long directory, ReadOnlySpan<byte> name)
    {
        Inode inode = volume.Table.GetUsed(directory);
        if (inode.Type != NodeType.Directory)
            throw new RefusedOperationException(RefusalReason.NotADirectory, $"inode {directory} is no directory");
        if ((inode.Flags & InodeFlags.InlineData) == 0)
            return Check(inode, new DirectoryFile(volume, inode).Find(name)?.Inode ?? 0);
        foreach (DirectoryEntry entry in _reader.Read(inode))
        {
            if (entry.Name.Span.SequenceEqual(name))
                return Check(inode, entry.Node);
        }

        return 0;
    }

    public bool IsEmpty(long directory)
    {
        Inode inode = volume.Table.GetUsed(directory);
        return (inode.Flags & InodeFlags.InlineData) != 0 ? _reader.Read(inode).Count == 0 : new DirectoryFile(volume, inode).IsEmpty();
    }

    /// <summary>Opens a directory to change its names. Names that are inline move to a block.</summary>
    /// <param name="isRemoval">Whether a name will go or stand for something else.</param>
    public DirectoryFile Edit(long directory, bool isRemoval)
    {
        Inode inode = volume.Table.GetUsed(directory);
        if (inode.Type != NodeType.Directory)
            throw new RefusedOperationException(RefusalReason.NotADirectory, $"inode {directory} is no directory");
        if ((inode.Flags & InodeFlags.Encrypted) != 0)
            throw new UnsupportedFeatureException("ext4 encrypt",
                $"directory {directory} is encrypted, and its names cannot be changed without the key; mount the volume to do so");
        if ((inode.Flags & InodeFlags.CaseFolded) != 0)
            throw new UnsupportedFeatureException("ext4 casefold",
                $"directory {directory} takes names regardless of case, and its names cannot be changed; mount the volume to do so");
        InodeFlags forbidden = isRemoval ? InodeFlags.Immutable | InodeFlags.AppendOnly : InodeFlags.Immutable;
        if ((inode.Flags & forbidden) != 0)
            throw new RefusedOperationException(
                RefusalReason.Protected,
                $"directory {directory} is {((inode.Flags & InodeFlags.Immutable) != 0 ? "immutable" : "append-only")}; take the "
                + "attribute away first");
        if ((inode.Flags & InodeFlags.InlineData) != 0)
            MoveToBlock(directory);
        return new DirectoryFile(volume, volume.Table.GetUsed(directory));
    }

    /// <summary>Gives a new directory its first block.</summary>
    public void Initialize(WritableInode inode, long parent)
    {
        var before = new FileBlocks(volume.Geometry, inode.Number, volume.Limits);
        FileBlocks blocks = before.Clone();
        volume.Blocks.Initialize(inode);
        blocks.Fill([new ByteRange(0, 1)], volume.Allocator,
            volume.Geometry.FirstBlockOfGroup((inode.Number - 1) / volume.Geometry.InodesPerGroup));
        volume.Blocks.Store(inode, before, blocks, 0);
        inode.Size = volume.Geometry.BlockSize;
        inode.Seal();
        DirectoryFile.Initialize(volume, volume.Store.Create(blocks.Find(0)), inode.View.ChecksumSeed(volume.Geometry.ChecksumSeed),
            inode.Number, parent);
    }

    private long Check(Inode directory, long number)
    {
        bool isReserved = number < volume.Geometry.FirstInode && number != Geometry.RootInode;
        if (number != 0 && (isReserved || number > volume.Geometry.InodeCount || volume.Geometry.HiddenInodes.Contains((uint)number)))
            throw directory.Corrupt("EXT4-063",
                $"a name stands for inode {number}, {Geometry.RootInode} or {volume.Geometry.FirstInode} to {volume.Geometry.InodeCount}, "
                + "and no hidden one, allowed");
        return number;
    }

    private void MoveToBlock(long directory)
    {
        WritableInode inode = volume.Inodes.Edit(directory);
        List<DirectoryEntry> entries = _reader.Read(inode.View);
        long parent = BinaryPrimitives.ReadUInt32LittleEndian(inode.BlockMap);
        volume.Attributes.Remove(inode, AttributePrefix.System, InlineData.AttributeName);
        inode.Flags &= ~InodeFlags.InlineData;
        Initialize(inode, parent);
        var file = new DirectoryFile(volume, volume.Table.GetUsed(directory));
        foreach (DirectoryEntry entry in entries)
            file.Insert(entry.Name.Span, entry.Node, volume.Table.GetUsed(entry.Node).Type!.Value);
    }
}
