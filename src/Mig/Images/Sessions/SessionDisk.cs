using Mig.Core;
using Mig.Core.Host;

namespace Mig.Images.Sessions;

/// <summary>
/// A disk of a version that is written: what was written lies in a layer, at the same place of a sparse file, so writing it again takes no
/// more room, and what is trimmed gives its room back. What <see cref="Flush"/> made durable comes back whatever happens. For many threads.
/// </summary>
/// <remarks>
/// A block's content is written before the map says that it is there, and is durable before the map is. So after a crash each block is what
/// it was at the last flush or what was written later, as on any disk. Layers but the last one are shared with other sessions, and never
/// written.
/// </remarks>
/// <param name="source">The version's disk.</param>
/// <param name="map">Where each block is; owned.</param>
/// <param name="layers">Sparse files as long as the disk, the one that is written last; owned.</param>
internal sealed class SessionDisk(ICachedSource source, BlockMap map, IReadOnlyList<HostFile> layers) : IByteTarget, ICachedSource
{
    private const int BlockSize = BlockMap.BlockSize;

    private readonly byte _own = (byte)(BlockMap.FirstLayer + layers.Count - 1);
    private readonly Lock[] _partly = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];
    private readonly Lock _flush = new();
    private volatile IOException? _lost;

    public long Length => source.Length;

    public void ReadExactly(long offset, Span<byte> destination) => Read(offset, destination, isAtHandOnly: false);

    public bool TryRead(long offset, Span<byte> destination) => Read(offset, destination, isAtHandOnly: true);

    public void Prepare(ByteRange range)
    {
        ForEachRun(range, (place, run) =>
        {
            if (place == BlockMap.Below)
                source.Prepare(run);
        });
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        ThrowIfLost();
        if (bytes.IsEmpty)
            return;
        long end = offset + bytes.Length;
        map.Reserve(offset / BlockSize, Up(end));
        while (offset < end)
        {
            long block = offset / BlockSize;
            ByteRange bounds = BoundsOf(block);
            if (offset > bounds.Offset || end < bounds.End)
            {
                int part = (int)(Math.Min(end, bounds.End) - offset);
                WritePart(block, bounds, (int)(offset - bounds.Offset), bytes[..part]);
                bytes = bytes[part..];
                offset += part;
                continue;
            }

            // As many whole blocks as there are.
            long last = end == Length ? Up(end) : end / BlockSize;
            int whole = (int)(Math.Min(end, last * BlockSize) - offset);
            layers[^1].Write(bytes[..whole], offset);
            map.Set(block, last, _own);
            bytes = bytes[whole..];
            offset += whole;
        }
    }

    public void Zero(ByteRange range)
    {
        if (!new ByteRange(0, Length).Contains(range))
            throw new ArgumentOutOfRangeException(nameof(range), $"{range} does not lie within {Length} bytes");
        ThrowIfLost();
        if (range.IsEmpty)
            return;
        long first = Up(range.Offset), last = range.End == Length ? Up(range.End) : range.End / BlockSize;
        if (first >= last)
        {
            Write(range.Offset, new byte[range.Length]);
            return;
        }

        map.Reserve(range.Offset / BlockSize, Up(range.End));
        Write(range.Offset, new byte[(first * BlockSize) - range.Offset]);
        map.Set(first, last, BlockMap.Zero);
        layers[^1].TryPunchHole(ByteRange.FromBounds(first * BlockSize, Math.Min(Length, last * BlockSize)));
        if (last * BlockSize < range.End)
            Write(last * BlockSize, new byte[range.End - (last * BlockSize)]);
    }

    /// <exception cref="IOException">It is not known what is durable: from then on all writes and flushes fail, for the kernel says so
    /// only once.</exception>
    public void Flush()
    {
        lock (_flush)
        {
            ThrowIfLost();
            map.Save(Sync);
        }

        void Sync()
        {
            try
            {
                layers[^1].Sync();
            }
            catch (IOException e)
            {
                _lost = e;
                throw;
            }
        }
    }

    /// <summary>Returns the blocks that may differ from the version, ascending and disjoint.</summary>
    public IEnumerable<ByteRange> GetWrittenRanges()
    {
        for (long block = 0, count = Up(Length), end; block < count; block = end)
        {
            (byte place, end) = map.Find(block, count);
            if (place != BlockMap.Below)
                yield return ByteRange.FromBounds(block * BlockSize, Math.Min(Length, end * BlockSize));
        }
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        within = within.Intersect(new ByteRange(0, Length));
        ByteRange open = default;
        for (long offset = within.Offset; offset < within.End;)
        {
            (byte place, long end) = map.Find(offset / BlockSize, Up(within.End));
            ByteRange run = ByteRange.FromBounds(offset, Math.Min(within.End, end * BlockSize));
            offset = run.End;
            IEnumerable<ByteRange> stored = place == BlockMap.Below ? source.GetStoredRanges(run) : place == BlockMap.Zero ? [] : [run];
            foreach (ByteRange range in stored)
            {
                if (!open.IsEmpty && open.End == range.Offset)
                {
                    open = ByteRange.FromBounds(open.Offset, range.End);
                    continue;
                }

                if (!open.IsEmpty)
                    yield return open;
                open = range;
            }
        }

        if (!open.IsEmpty)
            yield return open;
    }

    public void Dispose()
    {
        map.Dispose();
        foreach (HostFile layer in layers)
            layer.Dispose();
        source.Dispose();
    }

    private static long Up(long offset) => (offset + BlockSize - 1) / BlockSize;

    private ByteRange BoundsOf(long block) => new(block * BlockSize, Math.Min(BlockSize, Length - (block * BlockSize)));

    // The rest of the block moves up from where it is.
    private void WritePart(long block, ByteRange bounds, int start, ReadOnlySpan<byte> bytes)
    {
        lock (_partly[block % _partly.Length])
        {
            if (map.Get(block) == _own)
            {
                layers[^1].Write(bytes, bounds.Offset + start);
                return;
            }

            Span<byte> whole = stackalloc byte[BlockSize];
            whole = whole[..(int)bounds.Length];
            Read(bounds.Offset, whole, isAtHandOnly: false);
            bytes.CopyTo(whole[start..]);
            layers[^1].Write(whole, bounds.Offset);
            map.Set(block, block + 1, _own);
        }
    }

    private bool Read(long offset, Span<byte> destination, bool isAtHandOnly)
    {
        SourceRange.Check(offset, destination.Length, Length);
        long end = offset + destination.Length;
        while (offset < end)
        {
            (byte place, long runEnd) = map.Find(offset / BlockSize, Up(end));
            Span<byte> part = destination[^(int)(end - offset)..][..(int)(Math.Min(end, runEnd * BlockSize) - offset)];
            if (place == BlockMap.Below)
            {
                if (!isAtHandOnly)
                    source.ReadExactly(offset, part);
                else if (!source.TryRead(offset, part))
                    return false;
            }
            else
            {
                int read = place == BlockMap.Zero ? 0 : layers[place - BlockMap.FirstLayer].Read(part, offset);
                part[read..].Clear();
            }

            offset += part.Length;
        }

        return true;
    }

    private void ForEachRun(ByteRange range, Action<byte, ByteRange> visit)
    {
        range = range.Intersect(new ByteRange(0, Length));
        for (long offset = range.Offset; offset < range.End;)
        {
            (byte place, long end) = map.Find(offset / BlockSize, Up(range.End));
            ByteRange run = ByteRange.FromBounds(offset, Math.Min(range.End, end * BlockSize));
            visit(place, run);
            offset = run.End;
        }
    }

    private void ThrowIfLost()
    {
        if (_lost is { } lost)
            throw new IOException($"writes before this one may be lost: {lost.Message}", lost);
    }
}
