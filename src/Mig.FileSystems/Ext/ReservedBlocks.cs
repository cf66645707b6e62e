using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>Knows what no file's blocks may be: metadata with a fixed place.</summary>
/// <param name="ranges">In blocks, ascending and disjoint.</param>
internal sealed class ReservedBlocks(IReadOnlyList<ByteRange> ranges)
{
    public static ReservedBlocks None { get; } = new([]);

    // As the kernel does it: whoever writes to such a file would destroy the file system.
    /// <exception cref="CorruptImageException">An inode maps such blocks.</exception>
    public void Check(long inode, long block, long count)
    {
        int low = 0, high = ranges.Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (ranges[middle].End > block)
                high = middle;
            else
                low = middle + 1;
        }

        if (low < ranges.Count && ranges[low].Offset < block + count)
            throw ExtError.Corrupt("EXT4-051",
                $"inode {inode}: maps {count} blocks from block {block}, where metadata with a fixed place lies, from block "
                + $"{ranges[low].Offset} to {ranges[low].End - 1}");
    }
}
