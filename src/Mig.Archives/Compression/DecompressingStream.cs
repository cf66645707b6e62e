using Mig.Core;

namespace Mig.Archives.Compression;

/// <summary>
/// Decompresses another stream while it is read, and says of data that ends early or goes on as something else that it is damaged. Does not
/// own the other one.
/// </summary>
/// <remarks>
/// The streams of .NET stop silently where a file was cut, or where the second of several members is damaged: half a disk would pass for a
/// whole one.
/// </remarks>
public abstract class DecompressingStream(Stream input) : Stream
{
    private const int BufferSize = 1 << 17;

    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    public sealed override bool CanRead => true;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => false;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Whether the data may end here.</summary>
    protected abstract bool IsComplete { get; }

    /// <summary>What the data is called, in messages.</summary>
    protected abstract string Name { get; }

    public sealed override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">The data is damaged, or ends early.</exception>
    /// <exception cref="UnsupportedFeatureException">It needs more memory than is allowed, or has a check that is not known.</exception>
    public sealed override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        while (true)
        {
            if (_start == _end && !_isAtEnd)
            {
                (_start, _end) = (0, input.Read(_buffer));
                _isAtEnd = _end == 0;
            }

            (int consumed, int produced) = Decompress(_buffer.AsSpan(_start, _end - _start), buffer, _isAtEnd);
            _start += consumed;
            if (produced > 0)
                return produced;
            if (_isAtEnd)
                return IsComplete ? 0 : throw new InvalidDataException($"the {Name} data ends early");
            if (consumed == 0)
                throw new InvalidDataException($"the {Name} data does not go on where it must");
        }
    }

    public sealed override void Flush()
    {
    }

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Decompresses some of the data.</summary>
    /// <param name="source">What is there; empty only at the end.</param>
    /// <param name="isAtEnd">Whether nothing comes any more.</param>
    protected abstract (int Consumed, int Produced) Decompress(ReadOnlySpan<byte> source, Span<byte> destination, bool isAtEnd);
}
