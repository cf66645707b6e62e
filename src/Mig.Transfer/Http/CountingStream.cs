namespace Mig.Transfer.Http;

/// <summary>Counts the bytes that pass. Its end is not that of the stream below.</summary>
/// <param name="limit">Most bytes that may be read; 0 for any number.</param>
internal sealed class CountingStream(Stream stream, long limit) : Stream
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

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="BodyTooLargeException">More than the limit came.</exception>
    public override int Read(Span<byte> buffer)
    {
        int got = stream.Read(buffer);
        Bytes += got;
        return limit > 0 && Bytes > limit ? throw new BodyTooLargeException(limit) : got;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        stream.Write(buffer);
        Bytes += buffer.Length;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        Bytes += buffer.Length;
    }

    // Nothing has been said yet: the status of the answer stays open.
    public override void Flush()
    {
        if (Bytes > 0)
            stream.Flush();
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
