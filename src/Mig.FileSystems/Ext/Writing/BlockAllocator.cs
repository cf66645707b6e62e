using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>
/// Gives out and takes back clusters. It looks from the goal on for a run that is long enough, group by group, and takes the longest it met
/// in the first group with room when there is none. Blocks that are reserved for root are given out: an image is edited as root would.
/// </summary>
internal sealed class BlockAllocator(Geometry geometry, WritableSuperblock superblock, WritableGroups groups, BlockStore store)
{
    /// <summary>A run of so many clusters is good enough, however long the file.</summary>
    private const int LongRun = 2048;

    /// <summary>How many clusters are free.</summary>
    public long FreeClusters => superblock.FreeBlocks / geometry.BlocksPerCluster;

    public long CountClusters(long blocks) => (blocks + geometry.BlocksPerCluster - 1) / geometry.BlocksPerCluster;

    /// <exception cref="RefusedOperationException">There are not so many free clusters.</exception>
    public void CheckSpace(long clusters)
    {
        if (clusters > FreeClusters)
        {
            long unit = geometry.BlocksPerCluster * geometry.BlockSize;
            throw new RefusedOperationException(RefusalReason.NoSpace,
                $"the file system is full: {clusters * unit} bytes are needed for content and its map, {FreeClusters * unit} are free");
        }
    }

    /// <summary>Allocates one run of clusters.</summary>
    /// <param name="goal">The block to begin near; best the one behind the file's last.</param>
    /// <param name="wanted">How many clusters, at most.</param>
    /// <returns>Blocks: the first, and how many.</returns>
    /// <exception cref="RefusedOperationException">No cluster is free.</exception>
    public ByteRange Allocate(long goal, long wanted)
    {
        if (goal < geometry.FirstDataBlock || goal >= geometry.BlockCount)
            goal = geometry.FirstDataBlock;
        int goalGroup = (int)((goal - geometry.FirstDataBlock) / geometry.BlocksPerGroup);
        int goalCluster = (int)((goal - geometry.FirstBlockOfGroup(goalGroup)) / geometry.BlocksPerCluster);
        int enough = (int)Math.Min(wanted, Math.Min(LongRun, geometry.ClustersPerGroup));
        (int Group, ByteRange Run) best = default;
        for (int i = 0; i < geometry.GroupCount; i++)
        {
            int group = (goalGroup + i) % geometry.GroupCount;
            uint free = groups.Get(group).FreeClusters;
            if (free == 0 || (free < enough && !best.Run.IsEmpty))
                continue;
            ByteRange run = FindRun(group, i == 0 ? goalCluster : 0, enough);
            if (run.Length >= enough)
                return Take(group, run with { Length = Math.Min(run.Length, wanted) });
            if (best.Run.IsEmpty)
                best = (group, run);
        }

        if (best.Run.IsEmpty)
            throw new RefusedOperationException(RefusalReason.NoSpace, "the file system is full: no block is free");
        return Take(best.Group, best.Run with { Length = Math.Min(best.Run.Length, wanted) });
    }

    /// <summary>Frees whole clusters. Their bytes stay as they are.</summary>
    /// <param name="block">The first block of the first cluster.</param>
    public void Free(long block, long clusters)
    {
        while (clusters > 0)
        {
            int group = (int)((block - geometry.FirstDataBlock) / geometry.BlocksPerGroup);
            int first = (int)((block - geometry.FirstBlockOfGroup(group)) / geometry.BlocksPerCluster);
            int count = (int)Math.Min(clusters, groups.CountClusters(group) - first);
            CheckNoMetadata(block, count * geometry.BlocksPerCluster);
            groups.MarkClusters(group, first, count, isUsed: false);
            superblock.FreeBlocks += count * geometry.BlocksPerCluster;
            store.Forget(block, count * geometry.BlocksPerCluster);
            block += count * geometry.BlocksPerCluster;
            clusters -= count;
        }
    }

    /// <summary>
    /// Returns the first run of <paramref name="enough"/> clusters from a place on, around the end if need be; else the longest there is.
    /// </summary>
    private ByteRange FindRun(int group, int start, int enough)
    {
        ReadOnlySpan<byte> bitmap = groups.GetBlockBitmap(group);
        int count = groups.CountClusters(group);
        ByteRange longest = default;
        for (int pass = 0; pass < 2; pass++)
        {
            int end = pass == 0 ? count : Math.Min(start, count);
            for (int first = Bitmap.IndexOf(bitmap, false, pass == 0 ? start : 0, end); first < end;)
            {
                int next = Bitmap.IndexOf(bitmap, true, first, count);
                if (next - first > longest.Length)
                    longest = ByteRange.FromBounds(first, next);
                if (next - first >= enough)
                    return ByteRange.FromBounds(first, next);
                first = Bitmap.IndexOf(bitmap, false, next, end);
            }
        }

        return longest;
    }

    private ByteRange Take(int group, ByteRange clusters)
    {
        groups.MarkClusters(group, (int)clusters.Offset, (int)clusters.Length, isUsed: true);
        superblock.FreeBlocks -= clusters.Length * geometry.BlocksPerCluster;
        var blocks = new ByteRange(geometry.FirstBlockOfGroup(group) + (clusters.Offset * geometry.BlocksPerCluster), clusters.Length
            * geometry.BlocksPerCluster);
        CheckNoMetadata(blocks.Offset, blocks.Length);
        store.Forget(blocks.Offset, blocks.Length);
        return blocks;
    }

    private void CheckNoMetadata(long block, long count)
    {
        IReadOnlyList<ByteRange> zones = groups.Zones;
        int low = 0;
        int high = zones.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (zones[middle].End <= block)
                low = middle + 1;
            else
                high = middle;
        }

        if (low < zones.Count && zones[low].Offset < block + count)
            throw ExtError.Corrupt("EXT4-117",
                $"blocks {block} to {block + count - 1} are to be allocated or freed, but {zones[low].Offset} to {zones[low].End - 1} "
                + "hold metadata; run e2fsck on the volume");
    }
}
