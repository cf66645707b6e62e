using Mig.Core;

namespace Mig.Disks;

/// <summary>Zeros that nobody stores.</summary>
internal sealed class ZeroSource(long length) : IByteSource
{
    public long Length => length;

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        destination.Clear();
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => [];

    public void Dispose()
    {
    }
}
