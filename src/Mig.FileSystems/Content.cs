using Mig.Core;

namespace Mig.FileSystems;

/// <summary>What is to be written into a file, read once from front to back.</summary>
internal sealed class Content
{
    private readonly IByteSource? _source;
    private readonly Stream? _stream;

    public Content(IByteSource source)
    {
        _source = source;
        Length = source.Length;
    }

    /// <summary>Takes the next bytes of a stream.</summary>
    public Content(Stream stream, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _stream = stream;
        Length = length;
    }

    public long Length { get; }

    /// <summary>
    /// Returns the size of a file that has this behind so many bytes; where that is more than a number holds, the largest, which every
    /// format refuses.
    /// </summary>
    public long SizeBehind(long size) => Length > long.MaxValue - size ? long.MaxValue : size + Length;

    /// <summary>Where there may be other bytes than zeros.</summary>
    public IEnumerable<ByteRange> GetStoredRanges() =>
        _source?.GetStoredRanges(new ByteRange(0, Length)) ?? (Length == 0 ? [] : [new ByteRange(0, Length)]);

    /// <summary>Reads a part that is behind all earlier ones; from a stream, the very next one.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        if (_source is not null)
            _source.ReadExactly(offset, destination);
        else
            _stream!.ReadExactly(destination);
    }
}
