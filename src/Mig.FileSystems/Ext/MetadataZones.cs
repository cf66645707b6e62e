using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>Knows which blocks hold metadata with a fixed place: superblocks, descriptors, bitmaps, inode tables, the journal.</summary>
internal static class MetadataZones
{
    /// <summary>Returns them in blocks, widened to clusters: ascending, disjoint.</summary>
    /// <param name="journal">Where the journal lies, in bytes; empty when there is none.</param>
    /// <param name="withReserved">Whether those count that are kept for more descriptors.</param>
    public static List<ByteRange> Find(Geometry geometry, GroupTable groups, IReadOnlyList<FileExtent> journal, bool withReserved = true)
    {
        var ranges = new List<ByteRange>();
        foreach (ByteRange blocks in FindOfGroups(geometry, groups, withReserved))
            Add(geometry, ranges, blocks.Offset, blocks.Length);
        if (geometry.Has(IncompatibleFeatures.MultiMountProtection) && geometry.Contains(geometry.MultiMountBlock, 1))
            Add(geometry, ranges, geometry.MultiMountBlock, 1);
        foreach (FileExtent run in journal)
            Add(geometry, ranges, run.VolumeOffset / geometry.BlockSize, (run.Length + geometry.BlockSize - 1) / geometry.BlockSize);
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

    /// <summary>Returns what lies over what in the metadata of groups; null when each has a place of its own.</summary>
    public static CorruptImageException? FindOverlap(Geometry geometry, GroupTable groups)
    {
        ByteRange[] ranges = [.. FindOfGroups(geometry, groups, withReserved: false)];
        Array.Sort(ranges, static (left, right) => left.Offset.CompareTo(right.Offset));
        for (int i = 1; i < ranges.Length; i++)
        {
            if (ranges[i].Offset < ranges[i - 1].End)
                return ExtError.Corrupt("EXT4-024",
                    $"group descriptors: metadata lies in {ranges[i].Length} blocks from block {ranges[i].Offset}, other metadata in "
                    + $"{ranges[i - 1].Length} from block {ranges[i - 1].Offset}: they overlap");
        }

        return null;
    }

    private static IEnumerable<ByteRange> FindOfGroups(Geometry geometry, GroupTable groups, bool withReserved)
    {
        for (int group = 0; group < geometry.GroupCount; group++)
        {
            if (groups.CountLeadingMetadataBlocks(group, withReserved) is > 0 and var leading)
                yield return new ByteRange(geometry.FirstBlockOfGroup(group), leading);
            if (groups[group].BlockBitmap != Group.NoBlock)
                yield return new ByteRange(groups[group].BlockBitmap, 1);
            if (groups[group].InodeBitmap != Group.NoBlock)
                yield return new ByteRange(groups[group].InodeBitmap, 1);
            yield return new ByteRange(groups[group].InodeTable, groups.InodeTableBlocks);
        }
    }

    private static void Add(Geometry geometry, List<ByteRange> ranges, long block, long count)
    {
        if (count <= 0 || block < geometry.FirstDataBlock)
            return;
        long start = (block - geometry.FirstDataBlock) / geometry.BlocksPerCluster * geometry.BlocksPerCluster;
        long end = (block - geometry.FirstDataBlock + count + geometry.BlocksPerCluster - 1) / geometry.BlocksPerCluster
            * geometry.BlocksPerCluster;
        var range = ByteRange.FromBounds(geometry.FirstDataBlock + start, geometry.FirstDataBlock + end);
        if (ranges.Count > 0 && ranges[^1].End == range.Offset)
            ranges[^1] = ByteRange.FromBounds(ranges[^1].Offset, range.End); // flex_bg puts the tables of many groups side by side
        else
            ranges.Add(range);
    }
}
