using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>Finds where the blocks of a file, directory or link lie, by extents or by block map.</summary>
internal sealed class FileMap(IBlockReader reader, Geometry geometry, Limits limits)
{
    private const long MaxFileBlocks = 1L << 32; // file blocks have 32-bit numbers

    /// <summary>Is told what the inodes whose maps are read take; null when nobody wants to know.</summary>
    public ISpaceWatcher? Watcher { get; set; }

    /// <summary>What no file's blocks may be; none where that is not looked at.</summary>
    public ReservedBlocks Reserved { get; set; } = ReservedBlocks.None;

    /// <summary>Returns an inode's size in bytes, checked against what its map can hold.</summary>
    public long GetSize(Inode inode)
    {
        // Before large_dir, the high half was another field in everything but regular files.
        bool hasHigh = inode.Type == NodeType.File || geometry.Has(IncompatibleFeatures.LargeDirectories);
        ulong size = inode.SizeLow | (hasHigh ? (ulong)inode.SizeHigh << 32 : 0);
        long maxBlocks = (inode.Flags & (InodeFlags.Extents | InodeFlags.InlineData)) != 0 ? MaxFileBlocks
            : Math.Min(MaxFileBlocks, BlockMap.MaxFileBlocks(geometry.BlockSize));
        ulong maxSize = (ulong)maxBlocks * (ulong)geometry.BlockSize;
        if (size > maxSize)
            throw inode.Corrupt("EXT4-035", $"size is {size}, at most {maxSize} allowed");
        return (long)size;
    }

    /// <summary>
    /// Returns the runs of an inode that has blocks, cut at <paramref name="size"/>; the journal's copies are not considered.
    /// </summary>
    /// <param name="damage">Takes what is wrong, and the runs before it come back; null to throw.</param>
    public FileExtent[] GetRuns(Inode inode, long size, DamageList? damage = null)
    {
        var runs = new RunList(geometry, inode.Number, size, limits, Reserved, Watcher, inode.Type == NodeType.Directory ? "directory"
            : "content");
        try
        {
            if ((inode.Flags & InodeFlags.Extents) != 0)
                ExtentTree.Read(inode, reader, geometry, runs);
            else
                BlockMap.Read(inode, reader, geometry, runs, (size + geometry.BlockSize - 1) / geometry.BlockSize);
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e);
        }

        return runs.ToArray();
    }

    /// <summary>Reads from runs; what lies between them reads as zeros.</summary>
    public void Read(ReadOnlySpan<FileExtent> runs, long offset, Span<byte> destination)
    {
        destination.Clear();
        var wanted = new ByteRange(offset, destination.Length);
        for (int i = IndexOfFirst(runs, offset); i < runs.Length && runs[i].FileOffset < wanted.End; i++)
        {
            ByteRange part = wanted.Intersect(new ByteRange(runs[i].FileOffset, runs[i].Length));
            reader.Read(runs[i].VolumeOffset + (part.Offset - runs[i].FileOffset),
                destination.Slice((int)(part.Offset - offset), (int)part.Length));
        }
    }

    /// <summary>Returns the index of the first run that ends behind <paramref name="offset"/>.</summary>
    private static int IndexOfFirst(ReadOnlySpan<FileExtent> runs, long offset)
    {
        int low = 0;
        int high = runs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (runs[middle].FileOffset + runs[middle].Length <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
