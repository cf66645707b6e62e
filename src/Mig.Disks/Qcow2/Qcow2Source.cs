using Mig.Core;

namespace Mig.Disks.Qcow2;

/// <summary>The flat disk in a QCOW2 file. Owns its file, and the disk under it.</summary>
internal sealed class Qcow2Source : IByteSource
{
    private const int CacheBytes = 4 << 20;
    private const int MaxCachedClusters = 32;
    private const int MinCompressedLength = 8; // nothing inflates to a cluster from less
    private readonly FileSource _file;
    private readonly Qcow2Layout _layout;
    private readonly ClusterTables _tables;
    private readonly ClusterInflater _inflater;
    private readonly IByteSource? _backing;
    private readonly CachedCluster?[] _cache;

    /// <param name="backing">What shows where the file stores nothing; its end reads as zeros. Null for zeros everywhere.</param>
    public Qcow2Source(FileSource file, Qcow2Layout layout, ClusterTables tables, IByteSource? backing)
    {
        _file = file;
        _layout = layout;
        _tables = tables;
        _inflater = new ClusterInflater(file, layout);
        _backing = backing;
        _cache = new CachedCluster?[Math.Clamp(CacheBytes / layout.ClusterLength, 2, MaxCachedClusters)];
    }

    public long Length => _layout.Length;

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        while (!destination.IsEmpty)
        {
            ClusterRun run = _tables.Find(offset, destination.Length);
            Span<byte> part = destination[..(int)run.Length];
            switch (run.Kind)
            {
                case ClusterKind.Data:
                    _file.ReadExactly(run.FileOffset, part);
                    break;
                case ClusterKind.Compressed:
                    ReadCompressed((ulong)run.FileOffset, offset, part);
                    break;
                case ClusterKind.Backing when _backing is not null:
                    BackingRange.Read(_backing, offset, part);
                    break;
                default:
                    part.Clear();
                    break;
            }

            destination = destination[part.Length..];
            offset += part.Length;
        }
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        ByteRange range = within.Intersect(new ByteRange(0, Length));
        // Clusters never share bytes of the file, so there cannot be more of them than fit: else a small hostile file could pass for a huge
        // disk full of data.
        long budget = _file.Length + _layout.ClusterLength;
        ByteRange pending = default;
        for (long offset = range.Offset; offset < range.End;)
        {
            ClusterRun run = _tables.Find(offset, range.End - offset);
            budget -= run.Kind switch { ClusterKind.Data => run.Length, ClusterKind.Compressed => MinCompressedLength, _ => 0 };
            if (budget < 0)
                throw new CorruptImageException("QCOW2-020",
                    $"L2 tables of {_file.Path}: more clusters than the {_file.Length} bytes of the file can hold, in {range} of the disk");
            foreach (ByteRange next in StoredIn(run, offset))
            {
                if (!pending.IsEmpty && pending.End == next.Offset)
                {
                    pending = ByteRange.FromBounds(pending.Offset, next.End);
                    continue;
                }

                if (!pending.IsEmpty)
                    yield return pending;
                pending = next;
            }

            offset += run.Length;
        }

        if (!pending.IsEmpty)
            yield return pending;
    }

    public void Dispose()
    {
        _inflater.Dispose();
        _file.Dispose();
        _backing?.Dispose();
    }

    private IEnumerable<ByteRange> StoredIn(ClusterRun run, long offset)
    {
        var all = new ByteRange(offset, run.Length);
        switch (run.Kind)
        {
            case ClusterKind.Data:
                // An image may have all its clusters from the start (preallocation): then the holes of the file tell what is in use.
                return _file.GetStoredRanges(new ByteRange(run.FileOffset, run.Length))
                    .Select(stored => stored with { Offset = stored.Offset - run.FileOffset + offset });
            case ClusterKind.Compressed:
                return [all];
            case ClusterKind.Backing when _backing is not null:
                return _backing.GetStoredRanges(all);
            default:
                return [];
        }
    }

    private void ReadCompressed(ulong entry, long offset, Span<byte> destination)
    {
        if (destination.Length == _layout.ClusterLength)
        {
            _inflater.Read(entry, destination);
            return;
        }

        (long cluster, long within) = Math.DivRem(offset, _layout.ClusterLength);
        ref CachedCluster? slot = ref _cache[cluster % _cache.Length];
        CachedCluster? cached = Volatile.Read(ref slot);
        if (cached is null || cached.Cluster != cluster)
        {
            cached = new CachedCluster(cluster, new byte[_layout.ClusterLength]);
            _inflater.Read(entry, cached.Bytes);
            Volatile.Write(ref slot, cached);
        }

        cached.Bytes.AsSpan((int)within, destination.Length).CopyTo(destination);
    }

    private sealed record CachedCluster(long Cluster, byte[] Bytes);
}
