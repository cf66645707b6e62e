namespace Mig.Core;

/// <summary>Reads a source from its beginning to its end. Does not own it.</summary>
/// <param name="read">Is told how many bytes were read.</param>
public sealed class SourceStream(IByteSource source, Action<long> read) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => source.Length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int length = (int)Math.Min(buffer.Length, source.Length - _position);
        source.ReadExactly(_position, buffer[..length]);
        _position += length;
        read(length);
        return length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
