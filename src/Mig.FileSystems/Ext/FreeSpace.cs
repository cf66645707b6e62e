using System.Numerics;
using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>Finds the blocks that nothing uses, from the block bitmaps, minus all metadata whose place is known.</summary>
internal sealed class FreeSpace(BlockReader reader, Geometry geometry, GroupTable groups, IReadOnlyList<FileExtent> journal)
{
    /// <summary>Returns free ranges in bytes, ascending, disjoint, not touching.</summary>
    public IEnumerable<ByteRange> GetRanges()
    {
        List<ByteRange> metadata = GetMetadataRanges();
        int next = 0;
        ByteRange pending = default;
        foreach (ByteRange free in GetBitmapRanges())
        {
            while (next < metadata.Count && metadata[next].End <= free.Offset)
                next++;
            long offset = free.Offset;
            for (int i = next; offset < free.End; i++)
            {
                bool isMetadataAhead = i < metadata.Count && metadata[i].Offset < free.End;
                long end = isMetadataAhead ? metadata[i].Offset : free.End;
                if (end > offset)
                {
                    if (!pending.IsEmpty && pending.End != offset)
                    {
                        yield return InBytes(pending);
                        pending = ByteRange.FromBounds(offset, end);
                    }
                    else
                    {
                        pending = pending.IsEmpty ? ByteRange.FromBounds(offset, end) : ByteRange.FromBounds(pending.Offset, end);
                    }
                }

                offset = isMetadataAhead ? metadata[i].End : free.End;
            }
        }

        if (!pending.IsEmpty)
            yield return InBytes(pending);
    }

    private ByteRange InBytes(ByteRange blocks) => new(blocks.Offset * geometry.BlockSize, blocks.Length * geometry.BlockSize);

    /// <summary>Returns what the bitmaps say, in blocks. Groups whose bitmap was never written are free but for their metadata.</summary>
    private IEnumerable<ByteRange> GetBitmapRanges()
    {
        for (int group = 0; group < geometry.GroupCount; group++)
        {
            long firstBlock = geometry.FirstBlockOfGroup(group);
            long blocks = Math.Min(geometry.BlocksPerGroup, geometry.BlockCount - firstBlock);
            if (!groups[group].HasBlockBitmap)
            {
                yield return new ByteRange(firstBlock, blocks);
                continue;
            }

            byte[] bitmap = ReadBitmap(group);
            int clusters = (int)((blocks + geometry.BlocksPerCluster - 1) / geometry.BlocksPerCluster);
            int cluster = 0;
            while ((cluster = IndexOf(bitmap, false, cluster, clusters)) < clusters)
            {
                int end = IndexOf(bitmap, true, cluster, clusters);
                yield return new ByteRange(firstBlock, blocks).Intersect(new ByteRange(firstBlock + (cluster * geometry.BlocksPerCluster), (end - cluster) * geometry.BlocksPerCluster));
                cluster = end;
            }
        }
    }

    private byte[] ReadBitmap(int group)
    {
        Group descriptor = groups[group];
        byte[] bitmap = reader.GetBlock(descriptor.BlockBitmap).ToArray();
        if (geometry.HasChecksums)
        {
            uint computed = Crc32C.Append(geometry.ChecksumSeed, bitmap.AsSpan(0, geometry.ClustersPerGroup / 8)) & descriptor.BlockBitmapChecksumMask;
            if (computed != descriptor.BlockBitmapChecksum)
            {
                throw ExtError.Corrupt(
                    "EXT4-080",
                    $"block bitmap of group {group} at {descriptor.BlockBitmap * geometry.BlockSize}: checksum is 0x{descriptor.BlockBitmapChecksum:x8}, its bytes sum up to 0x{computed:x8}");
            }
        }

        return bitmap;
    }

    /// <summary>Returns the first bit from <paramref name="start"/> that has a value, or <paramref name="count"/>.</summary>
    private static int IndexOf(byte[] bitmap, bool value, int start, int count)
    {
        ulong flip = value ? 0 : ulong.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bitmap);
        for (int i = start; i < count; i = (i | 63) + 1)
        {
            ulong word = (words[i / 64] ^ flip) >> (i % 64);
            if (word != 0)
                return Math.Min(count, i + BitOperations.TrailingZeroCount(word));
        }

        return count;
    }

    /// <summary>Returns all blocks of metadata with a fixed place, widened to clusters: ascending, disjoint.</summary>
    private List<ByteRange> GetMetadataRanges()
    {
        var ranges = new List<ByteRange>();
        for (int group = 0; group < geometry.GroupCount; group++)
        {
            Add(ranges, geometry.FirstBlockOfGroup(group), groups.CountLeadingMetadataBlocks(group));
            Add(ranges, groups[group].BlockBitmap, 1);
            Add(ranges, groups[group].InodeBitmap, 1);
            Add(ranges, groups[group].InodeTable, groups.InodeTableBlocks);
        }

        if (geometry.Has(IncompatibleFeatures.MultiMountProtection) && geometry.Contains(geometry.MultiMountBlock, 1))
            Add(ranges, geometry.MultiMountBlock, 1);
        foreach (FileExtent run in journal)
            Add(ranges, run.VolumeOffset / geometry.BlockSize, (run.Length + geometry.BlockSize - 1) / geometry.BlockSize);
        ranges.Sort(static (left, right) => left.Offset.CompareTo(right.Offset));
        int last = 0;
        for (int i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Offset <= ranges[last].End)
                ranges[last] = ByteRange.FromBounds(ranges[last].Offset, Math.Max(ranges[last].End, ranges[i].End));
            else
                ranges[++last] = ranges[i];
        }

        ranges.RemoveRange(last + 1, ranges.Count - last - 1);
        return ranges;
    }

    private void Add(List<ByteRange> ranges, long block, long count)
    {
        if (count <= 0 || block < geometry.FirstDataBlock)
            return;
        long start = (block - geometry.FirstDataBlock) / geometry.BlocksPerCluster * geometry.BlocksPerCluster;
        long end = (block - geometry.FirstDataBlock + count + geometry.BlocksPerCluster - 1) / geometry.BlocksPerCluster * geometry.BlocksPerCluster;
        var range = ByteRange.FromBounds(geometry.FirstDataBlock + start, geometry.FirstDataBlock + end);
        if (ranges.Count > 0 && ranges[^1].End == range.Offset)
            ranges[^1] = ByteRange.FromBounds(ranges[^1].Offset, range.End); // flex_bg puts the tables of many groups side by side
        else
            ranges.Add(range);
    }
}
