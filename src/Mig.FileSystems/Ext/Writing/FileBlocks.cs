using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>All blocks of one file, ascending and disjoint, with those of the map itself.</summary>
internal sealed class FileBlocks : IBlockMapSink
{
    private readonly Geometry _geometry;
    private readonly long _inode;
    private readonly Limits _limits;
    private readonly HashSet<long> _seenTreeBlocks = [];
    private long _count;

    public FileBlocks(Geometry geometry, long inode, Limits limits)
    {
        _geometry = geometry;
        _inode = inode;
        _limits = limits;
    }

    public List<MappedRun> Runs { get; private set; } = [];

    /// <summary>The blocks of the map, in the order in which they are met.</summary>
    public List<long> TreeBlocks { get; } = [];

    public void Add(long fileBlock, long count, long volumeBlock, bool isUnwritten)
    {
        _count += count;
        if (_count > _geometry.BlockCount)
            throw ExtError.Corrupt("EXT4-049", $"inode {_inode}: maps {_count} blocks or more, the file system has {_geometry.BlockCount}");
        if (_geometry.BlocksPerCluster > 1 && (volumeBlock - _geometry.FirstDataBlock - fileBlock) % _geometry.BlocksPerCluster != 0)
            throw ExtError.Corrupt("EXT4-118",
                $"inode {_inode}: file block {fileBlock} is at block {volumeBlock}, which has another place in its cluster; run e2fsck on "
                + "the volume");
        if (!TryJoin(Runs, new MappedRun(fileBlock, count, volumeBlock, isUnwritten)) && Runs.Count > _limits.MaxExtentsPerFile)
            throw ExtError.Corrupt("EXT4-048",
                $"inode {_inode}: has more than {_limits.MaxExtentsPerFile} extents, at most {_limits.MaxExtentsPerFile} allowed");
    }

    public void VisitTreeBlock(long block)
    {
        if (!_seenTreeBlocks.Add(block))
            throw ExtError.Corrupt("EXT4-047",
                $"inode {_inode}: its block map uses block {block} at {block * _geometry.BlockSize} twice, once allowed");
        TreeBlocks.Add(block);
    }

    /// <summary>Returns a copy to change.</summary>
    public FileBlocks Clone()
    {
        var clone = new FileBlocks(_geometry, _inode, _limits) { Runs = [.. Runs] };
        clone.TreeBlocks.AddRange(TreeBlocks);
        return clone;
    }

    /// <summary>Returns the volume block of a file block; 0 when there is none or it reads as zeros.</summary>
    public long Find(long fileBlock)
    {
        int index = IndexOf(fileBlock);
        return index < Runs.Count && Runs[index].FileBlock <= fileBlock && !Runs[index].IsUnwritten ? Runs[index].VolumeBlock
            + (fileBlock - Runs[index].FileBlock) : 0;
    }

    /// <summary>Drops all blocks from <paramref name="end"/> on, or only those that are written.</summary>
    public void Cut(long end, bool keepUnwritten)
    {
        var kept = new List<MappedRun>();
        foreach (MappedRun run in Runs)
        {
            if (run.End <= end || (keepUnwritten && run.IsUnwritten))
                kept.Add(run);
            else if (run.FileBlock < end)
                kept.Add(run.Slice(run.FileBlock, end));
        }

        Runs = kept;
    }

    /// <summary>Maps file blocks, those that are not mapped yet to new blocks.</summary>
    /// <param name="ranges">In file blocks, ascending and disjoint.</param>
    /// <param name="goal">Where the first new block is best, unless the file has blocks before it.</param>
    public void Fill(IEnumerable<ByteRange> ranges, BlockAllocator allocator, long goal)
    {
        var filled = new List<MappedRun>();
        int next = 0;
        foreach (ByteRange range in ranges)
        {
            long position = range.Offset;
            while (position < range.End)
            {
                for (; next < Runs.Count && Runs[next].End <= position; next++)
                    Append(filled, Runs[next]);
                long end = next < Runs.Count ? Math.Min(range.End, Runs[next].FileBlock) : range.End;
                if (position < end)
                {
                    position = AddNew(filled, position, end, next < Runs.Count ? Runs[next] : null, allocator, ref goal);
                    continue;
                }

                // Mapped already: what was reserved gets its content now.
                MappedRun run = Runs[next];
                end = Math.Min(range.End, run.End);
                if (run.FileBlock < position)
                    Append(filled, run.Slice(run.FileBlock, position));
                Append(filled, run.Slice(position, end) with { IsUnwritten = false });
                if (end == run.End)
                    next++;
                else
                    Runs[next] = run.Slice(end, run.End);
                position = end;
            }
        }

        for (; next < Runs.Count; next++)
            Append(filled, Runs[next]);
        Runs = filled;
    }

    /// <summary>Returns the clusters in use, as blocks: each once, in the order of the file.</summary>
    public IEnumerable<ByteRange> GetClusters()
    {
        long size = _geometry.BlocksPerCluster;
        long last = -1;
        long lastOfFile = -1;
        foreach (MappedRun run in Runs)
        {
            long start = ClusterOf(run.VolumeBlock);
            long end = ClusterOf(run.VolumeBlock + run.Count - 1) + size;
            if (start == last && run.FileBlock / size == lastOfFile)
                start += size; // two runs of one cluster
            if (start < end)
                yield return ByteRange.FromBounds(start, end);
            last = end - size;
            lastOfFile = (run.End - 1) / size;
        }
    }

    private static void Append(List<MappedRun> runs, MappedRun run) => TryJoin(runs, run);

    private static bool TryJoin(List<MappedRun> runs, MappedRun run)
    {
        if (runs.Count > 0)
        {
            MappedRun last = runs[^1];
            if (last.End == run.FileBlock && last.VolumeBlock + last.Count == run.VolumeBlock && last.IsUnwritten == run.IsUnwritten)
            {
                runs[^1] = last with { Count = last.Count + run.Count };
                return true;
            }
        }

        runs.Add(run);
        return false;
    }

    private long ClusterOf(long block) => block - ((block - _geometry.FirstDataBlock) % _geometry.BlocksPerCluster);

    /// <summary>Maps what is not mapped from a position on, up to <paramref name="end"/> at most.</summary>
    /// <returns>The first file block behind what was mapped.</returns>
    private long AddNew(List<MappedRun> filled, long position, long end, MappedRun? following, BlockAllocator allocator, ref long goal)
    {
        long size = _geometry.BlocksPerCluster;
        long within = position % size;
        long clusterEnd = position - within + size;
        if (filled.Count > 0)
            goal = filled[^1].VolumeBlock + filled[^1].Count;

        // A cluster that is in use for a neighbour already has its place.
        if (filled.Count > 0 && filled[^1].End > position - within)
        {
            MappedRun before = filled[^1];
            long stop = Math.Min(end, clusterEnd);
            Append(filled, new MappedRun(position, stop - position, before.VolumeBlock + (position - before.FileBlock), false));
            return stop;
        }

        if (following is { } after && after.FileBlock < clusterEnd)
        {
            Append(filled, new MappedRun(position, end - position, after.VolumeBlock - (after.FileBlock - position), false));
            return end;
        }

        // The last cluster may be the neighbour's too: leave it for the next round.
        long wanted = ((end + size - 1) / size) - (position / size);
        if (following is { } behind && behind.FileBlock < (((end - 1) / size) + 1) * size)
            wanted--;
        ByteRange blocks = allocator.Allocate(goal, wanted);
        long mappedEnd = Math.Min(end, position - within + blocks.Length);
        Append(filled, new MappedRun(position, mappedEnd - position, blocks.Offset + within, false));
        return mappedEnd;
    }

    private int IndexOf(long fileBlock)
    {
        int low = 0;
        int high = Runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Runs[middle].End <= fileBlock)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
