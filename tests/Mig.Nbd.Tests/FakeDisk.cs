using System.Collections.Concurrent;
using Mig.Core;

namespace Mig.Nbd.Tests;

/// <summary>A disk in memory that can fail, wait, and be written.</summary>
internal sealed class FakeDisk(byte[] content) : IByteTarget, ICachedSource
{
    private int _flushes;

    public long Length => content.Length;

    public byte[] Content => content;

    public int Flushes => Volatile.Read(ref _flushes);

    /// <summary>Called with the offset of each read or write before it is done.</summary>
    public Action<long> Before { get; set; } = _ => { };

    /// <summary>The ranges that were to be brought to hand.</summary>
    public ConcurrentQueue<ByteRange> Prepared { get; } = [];

    /// <summary>Whether reads that need no waiting are answered at once.</summary>
    public bool IsWarm { get; set; }

    public bool TryRead(long offset, Span<byte> destination)
    {
        if (!IsWarm)
            return false;
        content.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    public void Prepare(ByteRange range)
    {
        Prepared.Enqueue(range);
        Before(range.Offset);
    }

    public void ReadExactly(long offset, Span<byte> destination)
    {
        Before(offset);
        content.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Before(offset);
        bytes.CopyTo(content.AsSpan((int)offset));
    }

    public void Zero(ByteRange range)
    {
        Before(range.Offset);
        content.AsSpan((int)range.Offset, (int)range.Length).Clear();
    }

    public void Flush() => Interlocked.Increment(ref _flushes);

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        ByteRange run = default;
        for (long offset = within.Offset; offset < within.End; offset += 512)
        {
            var block = new ByteRange(offset, Math.Min(512, within.End - offset));
            if (ZeroBytes.IsZero(content.AsSpan((int)block.Offset, (int)block.Length)))
                continue;
            if (!run.IsEmpty && run.End != offset)
                yield return run;
            run = run.IsEmpty || run.End != offset ? block : ByteRange.FromBounds(run.Offset, block.End);
        }

        if (!run.IsEmpty)
            yield return run;
    }

    public void Dispose()
    {
    }
}
