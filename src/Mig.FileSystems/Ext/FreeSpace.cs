using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>Finds the blocks that nothing uses, from the block bitmaps, minus all metadata whose place is known.</summary>
internal sealed class FreeSpace(IBlockReader reader, Geometry geometry, GroupTable groups, IReadOnlyList<FileExtent> journal)
{
    /// <summary>Returns free ranges in bytes, ascending, disjoint, not touching.</summary>
    public IEnumerable<ByteRange> GetRanges()
    {
        List<ByteRange> metadata = MetadataZones.Find(geometry, groups, journal);
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
            while ((cluster = Bitmap.IndexOf(bitmap, false, cluster, clusters)) < clusters)
            {
                int end = Bitmap.IndexOf(bitmap, true, cluster, clusters);
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
}
