using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>
/// Finds the blocks that the block bitmaps hold to be free. Groups whose bitmap was never written are free but for the metadata with a
/// fixed place.
/// </summary>
/// <param name="metadata">In blocks, ascending and disjoint: <see cref="MetadataZones"/>.</param>
internal sealed class FreeSpace(IBlockReader reader, Geometry geometry, GroupTable groups, IReadOnlyList<ByteRange> metadata)
{
    /// <summary>Returns free ranges in bytes, ascending, disjoint, not touching.</summary>
    public IEnumerable<ByteRange> GetRanges()
    {
        ByteRange pending = default;
        foreach (ByteRange free in GetBitmapRanges())
        {
            if (!pending.IsEmpty && pending.End != free.Offset)
            {
                yield return InBytes(pending);
                pending = free;
            }
            else
            {
                pending = pending.IsEmpty ? free : ByteRange.FromBounds(pending.Offset, free.End);
            }
        }

        if (!pending.IsEmpty)
            yield return InBytes(pending);
    }

    private ByteRange InBytes(ByteRange blocks) => new(blocks.Offset * geometry.BlockSize, blocks.Length * geometry.BlockSize);

    /// <summary>Returns what the bitmaps say, in blocks.</summary>
    private IEnumerable<ByteRange> GetBitmapRanges()
    {
        for (int group = 0; group < geometry.GroupCount; group++)
        {
            long firstBlock = geometry.FirstBlockOfGroup(group);
            long blocks = Math.Min(geometry.BlocksPerGroup, geometry.BlockCount - firstBlock);
            if (!groups[group].HasBlockBitmap)
            {
                foreach (ByteRange rest in Without(new ByteRange(firstBlock, blocks)))
                    yield return rest;
                continue;
            }

            byte[] bitmap = ReadBitmap(group);
            int clusters = (int)((blocks + geometry.BlocksPerCluster - 1) / geometry.BlocksPerCluster);
            int cluster = 0;
            while ((cluster = Bitmap.IndexOf(bitmap, false, cluster, clusters)) < clusters)
            {
                int end = Bitmap.IndexOf(bitmap, true, cluster, clusters);
                yield return new ByteRange(firstBlock, blocks).Intersect(
                    new ByteRange(firstBlock + (cluster * geometry.BlocksPerCluster), (end - cluster) * geometry.BlocksPerCluster));
                cluster = end;
            }
        }
    }

    private IEnumerable<ByteRange> Without(ByteRange group)
    {
        long offset = group.Offset;
        for (int i = SortedSearch.First(metadata.Count, i => metadata[i].End > group.Offset); i < metadata.Count
            && metadata[i].Offset < group.End; i++)
        {
            if (metadata[i].Offset > offset)
                yield return ByteRange.FromBounds(offset, metadata[i].Offset);
            offset = metadata[i].End;
        }

        if (offset < group.End)
            yield return ByteRange.FromBounds(offset, group.End);
    }

    private byte[] ReadBitmap(int group)
    {
        Group descriptor = groups[group];
        if (descriptor.BlockBitmap == Group.NoBlock)
            throw ExtError.Corrupt("EXT4-021", $"group descriptor {group}: it has no block bitmap");
        byte[] bitmap = reader.GetBlock(descriptor.BlockBitmap).ToArray();
        if (geometry.HasChecksums)
        {
            uint computed = Crc32C.Append(
                geometry.ChecksumSeed, bitmap.AsSpan(0, geometry.ClustersPerGroup / 8)) & descriptor.BlockBitmapChecksumMask;
            if (computed != descriptor.BlockBitmapChecksum)
            {
                throw ExtError.Corrupt(
                    "EXT4-080",
                    $"block bitmap of group {group} at {descriptor.BlockBitmap * geometry.BlockSize}: checksum is "
                        + $"0x{descriptor.BlockBitmapChecksum:x8}, its bytes sum up to 0x{computed:x8}");
            }
        }

        return bitmap;
    }
}
