using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Loads and stores where the blocks of an inode lie, by extents or by block map, and frees what is no longer in use.</summary>
internal sealed class FileMapWriter(Geometry geometry, BlockStore store, BlockAllocator allocator, Limits limits)
{
    private readonly ExtentTreeWriter _extents = new(geometry, store, allocator);
    private readonly BlockMapWriter _pointers = new(geometry, store, allocator);

    /// <summary>Tells how large a file of this kind may be, in bytes.</summary>
    public long GetMaxSize(InodeFlags flags)
    {
        bool hasExtents = (flags & InodeFlags.Extents) != 0;
        return (hasExtents ? (1L << 32) - 1 : Math.Min(BlockMap.MaxFileBlocks(geometry.BlockSize), (1L << 32) - 1)) * geometry.BlockSize;
    }

    public FileBlocks Load(Inode inode)
    {
        var blocks = new FileBlocks(geometry, inode.Number, limits);
        if ((inode.Flags & InodeFlags.Extents) != 0)
            ExtentTree.Read(inode, store, geometry, blocks);
        else
            BlockMap.Read(inode, store, geometry, blocks, BlockMap.MaxFileBlocks(geometry.BlockSize));
        return blocks;
    }

    /// <summary>Prepares a new inode, or one whose content was inline, for blocks.</summary>
    public void Initialize(WritableInode inode)
    {
        if (geometry.Has(IncompatibleFeatures.Extents))
            inode.Flags |= InodeFlags.Extents;
        Clear(inode);
    }

    /// <summary>Empties a map without freeing anything.</summary>
    public void Clear(WritableInode inode)
    {
        inode.BlockMap.Clear();
        if ((inode.Flags & InodeFlags.Extents) != 0)
            _extents.Store(inode, [], []);
    }

    /// <summary>Stores a map and what it takes in the inode's count of blocks; blocks that only the old one has become free.</summary>
    /// <param name="before">As it was loaded; null for an inode that has no map.</param>
    /// <param name="firstChange">The first file block that may be mapped otherwise than before.</param>
    public void Store(WritableInode inode, FileBlocks? before, FileBlocks after, long firstChange)
    {
        List<long> oldTree = before?.TreeBlocks ?? [];
        if ((inode.Flags & InodeFlags.Extents) == 0 && after.Runs.Exists(static run => run.VolumeBlock + run.Count > uint.MaxValue))
            throw new RefusedOperationException(RefusalReason.NoSpace,
                $"inode {inode.Number} has a block map, which reaches the first {uint.MaxValue} blocks only; no block among them is free");
        long oldCount = before is null ? 0 : CountBlocks(before);
        List<long> newTree = (inode.Flags & InodeFlags.Extents) != 0 ? _extents.Store(inode, after.Runs, oldTree)
            : _pointers.Store(inode, after.Runs, firstChange);
        if (before is not null)
        {
            FreeClusters(before.GetClusters(), after.GetClusters());
            var kept = newTree.ToHashSet();
            foreach (long block in oldTree.Where(block => !kept.Contains(block)))
                FreeTreeBlock(block);
        }

        after.TreeBlocks.Clear();
        after.TreeBlocks.AddRange(newTree);
        inode.SetBlockCount(Math.Max(0, inode.BlockCount - oldCount) + CountBlocks(after));
    }

    /// <summary>Frees all blocks of a file and of its map.</summary>
    public void FreeAll(FileBlocks blocks)
    {
        FreeClusters(blocks.GetClusters(), []);
        foreach (long block in blocks.TreeBlocks)
            FreeTreeBlock(block);
    }

    // What extended attributes take is counted beside it.
    private long CountBlocks(FileBlocks blocks) =>
        blocks.GetClusters().Sum(static range => range.Length) + (blocks.TreeBlocks.Count * geometry.BlocksPerCluster);

    private void FreeClusters(IEnumerable<ByteRange> before, IEnumerable<ByteRange> after)
    {
        ByteRange[] old = [.. before.OrderBy(static range => range.Offset)];
        for (int i = 1; i < old.Length; i++)
        {
            if (old[i].Offset < old[i - 1].End)
                throw ExtError.Corrupt("EXT4-120", $"block {old[i].Offset} belongs to a file twice; run e2fsck on the volume");
        }

        foreach (ByteRange range in ByteRanges.Subtract(old, ByteRanges.Normalize(after)))
            allocator.Free(range.Offset, range.Length / geometry.BlocksPerCluster);
    }

    private void FreeTreeBlock(long block) => allocator.Free(block - ((block - geometry.FirstDataBlock) % geometry.BlocksPerCluster), 1);
}
