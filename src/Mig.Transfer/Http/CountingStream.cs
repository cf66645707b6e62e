namespace Mig.Transfer.Http;

/// <summary>Counts the bytes that pass. Its end is not that of the stream below.</summary>
internal sealed class CountingStream(Stream stream) : Stream
{
    public long Bytes { get; private set; }

    public override bool CanRead => stream.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => stream.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int got = stream.Read(buffer, offset, count);
        Bytes += got;
        return got;
    }

    public override int Read(Span<byte> buffer)
    {
        int got = stream.Read(buffer);
        Bytes += got;
        return got;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        stream.Write(buffer, offset, count);
        Bytes += count;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        stream.Write(buffer);
        Bytes += buffer.Length;
    }

    public override void Flush() => stream.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
