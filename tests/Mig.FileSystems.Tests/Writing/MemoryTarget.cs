using Mig.Core;

namespace Mig.FileSystems.Tests.Writing;

/// <summary>A target in memory, which counts what is read and notes what is written.</summary>
internal sealed class MemoryTarget(byte[] bytes) : IByteTarget
{
    public byte[] Bytes { get; } = bytes;

    public long Length => Bytes.Length;

    public List<ByteRange> Written { get; } = [];

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        Bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        Written.Add(new ByteRange(offset, bytes.Length));
        bytes.CopyTo(Bytes.AsSpan((int)offset));
    }

    public void Zero(ByteRange range)
    {
        SourceRange.Check(range.Offset, (int)range.Length, Length);
        Written.Add(range);
        Bytes.AsSpan((int)range.Offset, (int)range.Length).Clear();
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => [within.Intersect(new ByteRange(0, Length))];

    public void Flush()
    {
    }

    public void Dispose()
    {
    }
}
