namespace Mig.Core;

/// <summary>A window onto another source, such as a partition on a disk. Does not own the source under it.</summary>
public sealed class SubSource : IByteSource
{
    private readonly IByteSource _inner;
    private readonly ByteRange _window;

    /// <exception cref="ArgumentOutOfRangeException">The window does not lie within <paramref name="inner"/>.</exception>
    public SubSource(IByteSource inner, ByteRange window)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (window.Offset < 0 || window.Length < 0 || window.Offset > inner.Length - window.Length)
            throw new ArgumentOutOfRangeException(nameof(window), $"{window} does not lie within {inner.Length} bytes");
        _inner = inner;
        _window = window;
    }

    public long Length => _window.Length;

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        _inner.ReadExactly(_window.Offset + offset, destination);
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        ByteRange cut = within.Intersect(new ByteRange(0, Length));
        foreach (ByteRange range in _inner.GetStoredRanges(new ByteRange(_window.Offset + cut.Offset, cut.Length)))
            yield return range with { Offset = range.Offset - _window.Offset };
    }

    public void Dispose()
    {
    }
}
