namespace Mig.Core;

/// <summary>A window onto another target, such as a partition on a disk. Does not own the target under it.</summary>
public sealed class SubTarget : IByteTarget
{
    private readonly IByteTarget _inner;
    private readonly ByteRange _window;
    private readonly SubSource _source;

    /// <exception cref="ArgumentOutOfRangeException">The window does not lie within <paramref name="inner"/>.</exception>
    public SubTarget(IByteTarget inner, ByteRange window)
    {
        _source = new SubSource(inner, window);
        _inner = inner;
        _window = window;
    }

    public long Length => _window.Length;

    public void ReadExactly(long offset, Span<byte> destination) => _source.ReadExactly(offset, destination);

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within) => _source.GetStoredRanges(within);

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        _inner.Write(_window.Offset + offset, bytes);
    }

    public void Zero(ByteRange range)
    {
        if (!range.IsEmpty && !new ByteRange(0, Length).Contains(range))
            throw new ArgumentOutOfRangeException(nameof(range), $"{range} does not lie within {Length} bytes");
        _inner.Zero(new ByteRange(_window.Offset + range.Offset, range.Length));
    }

    public void Flush() => _inner.Flush();

    public void Dispose()
    {
    }
}
