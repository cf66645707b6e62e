using System.Numerics;
using Mig.Core;

namespace Mig.Exchange.Boots;

/// <summary>Counts which blocks of a version's disk were brought to hand at least once. For many threads.</summary>
internal sealed class ReadCounter(ICachedSource source) : ICachedSource
{
    private const int BlockSize = 4096;
    private const int WordBlocks = 64;

    private readonly ulong[] _words = new ulong[(source.Length / BlockSize / WordBlocks) + 1];

    public long Length => source.Length;

    public void ReadExactly(long offset, Span<byte> destination)
    {
        source.ReadExactly(offset, destination);
        Mark(new ByteRange(offset, destination.Length));
    }

    public bool TryRead(long offset, Span<byte> destination)
    {
        if (!source.TryRead(offset, destination))
            return false;
        Mark(new ByteRange(offset, destination.Length));
        return true;
    }

    public void Prepare(ByteRange range)
    {
        source.Prepare(range);
        Mark(range.Intersect(new ByteRange(0, Length)));
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => source.GetStoredRanges(within);

    /// <summary>Returns how many bytes of those that are not zeros were read, and how many there are.</summary>
    public (long Read, long Stored) Count()
    {
        long read = 0, stored = 0;
        foreach (ByteRange range in source.GetStoredRanges(new ByteRange(0, Length)))
        {
            stored += range.Length;
            for (long block = range.Offset / BlockSize; block * BlockSize < range.End; block++)
            {
                if ((Volatile.Read(ref _words[block / WordBlocks]) >> (int)(block % WordBlocks) & 1) != 0)
                    read += new ByteRange(block * BlockSize, BlockSize).Intersect(range).Length;
            }
        }

        return (read, stored);
    }

    public void Dispose() => source.Dispose();

    private void Mark(ByteRange range)
    {
        for (long block = range.Offset / BlockSize; block * BlockSize < range.End; block++)
        {
            ulong bit = BitOperations.RotateLeft(1UL, (int)(block % WordBlocks));
            if ((Volatile.Read(ref _words[block / WordBlocks]) & bit) == 0)
                Interlocked.Or(ref _words[block / WordBlocks], bit);
        }
    }
}
