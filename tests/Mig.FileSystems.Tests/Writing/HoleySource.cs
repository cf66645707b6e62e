using Mig.Core;

namespace Mig.FileSystems.Tests.Writing;

/// <summary>Bytes in memory whose zero blocks are not stored.</summary>
internal sealed class HoleySource(byte[] content, int blockSize) : IByteSource
{
    public long Length => content.Length;

    public void ReadExactly(long offset, Span<byte> destination) => content.AsSpan((int)offset, destination.Length).CopyTo(destination);

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        var ranges = new List<ByteRange>();
        for (int offset = 0; offset < content.Length; offset += blockSize)
        {
            var range = new ByteRange(offset, Math.Min(blockSize, content.Length - offset));
            if (!ZeroBytes.IsZero(content.AsSpan(offset, (int)range.Length)))
                ranges.Add(range.Intersect(within));
        }

        return ByteRanges.Normalize(ranges);
    }

    public void Dispose()
    {
    }
}
