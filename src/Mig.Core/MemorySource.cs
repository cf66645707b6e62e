namespace Mig.Core;

/// <summary>A source over bytes in memory.</summary>
public sealed class MemorySource(ReadOnlyMemory<byte> bytes) : IByteSource
{
    public long Length => bytes.Length;

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        ByteRange range = within.Intersect(new ByteRange(0, Length));
        if (!range.IsEmpty)
            yield return range;
    }

    public void Dispose()
    {
    }
}
