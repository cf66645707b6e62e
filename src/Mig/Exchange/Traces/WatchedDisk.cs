using Mig.Core;

namespace Mig.Exchange.Traces;

/// <summary>A disk that says what is read of it. What is brought to hand ahead of need is not read yet. For many threads.</summary>
/// <param name="source">Owned.</param>
/// <param name="touched">Called with each range that somebody reads.</param>
/// <param name="waits">Called with true when somebody begins to wait for what is not at hand, and with false at the end.</param>
internal sealed class WatchedDisk(ICachedSource source, Action<ByteRange> touched, Action<bool>? waits = null) : ICachedSource
{
    public long Length => source.Length;

    public void ReadExactly(long offset, Span<byte> destination)
    {
        touched(new ByteRange(offset, destination.Length));
        waits?.Invoke(true);
        try
        {
            source.ReadExactly(offset, destination);
        }
        finally
        {
            waits?.Invoke(false);
        }
    }

    public bool TryRead(long offset, Span<byte> destination)
    {
        if (!source.TryRead(offset, destination))
            return false;
        touched(new ByteRange(offset, destination.Length));
        return true;
    }

    public void Prepare(ByteRange range) => source.Prepare(range);

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => source.GetStoredRanges(within);

    public void Dispose() => source.Dispose();
}
