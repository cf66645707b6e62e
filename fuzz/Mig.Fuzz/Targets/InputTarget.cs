using Mig.Core;

namespace Mig.Fuzz.Targets;

/// <summary>An input to write on. A write outside of it is a finding.</summary>
internal sealed class InputTarget(byte[] bytes) : IByteTarget
{
    private readonly MemorySource _source = new(bytes);

    public long Length => bytes.Length;

    public void ReadExactly(long offset, Span<byte> destination) => _source.ReadExactly(offset, destination);

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => _source.GetStoredRanges(within);

    public void Write(long offset, ReadOnlySpan<byte> content) => content.CopyTo(bytes.AsSpan((int)offset, content.Length));

    public void Zero(ByteRange range) => bytes.AsSpan((int)range.Offset, (int)range.Length).Clear();

    public void Flush()
    {
    }

    public void Dispose()
    {
    }
}
