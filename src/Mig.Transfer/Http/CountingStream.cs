namespace Mig.Transfer.Http;

/// <summary>
/// Counts the bytes that pass, and lets others work while it waits for the client. Its end is not that of the stream below.
/// </summary>
/// <param name="limit">Most bytes that may be read; 0 for any number.</param>
internal sealed class CountingStream(Stream stream, long limit) : Stream
{
    public long Bytes { get; private set; }

    /// <summary>What is held while the server works for the client; null for nothing.</summary>
    public WorkSlot? Slot { get; set; }

    /// <summary>The connection that the bytes are of; null when nobody counts connections.</summary>
    public ClientConnection? Connection { get; init; }

    public override bool CanRead => stream.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => stream.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="BodyTooLargeException">More than the limit came.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        int got = Await(stream.ReadAsync(buffer.AsMemory(offset, count)).AsTask());
        Count(got);
        return limit > 0 && Bytes > limit ? throw new BodyTooLargeException(limit) : got;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        Await(Counted(stream.WriteAsync(buffer.AsMemory(offset, count))));
        Count(count);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        Count(buffer.Length);
    }

    // Nothing has been said yet: the status of the answer stays open.
    public override void Flush()
    {
        if (Bytes > 0)
            Await(Counted(new ValueTask(stream.FlushAsync())));
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Count(int bytes)
    {
        Bytes += bytes;
        Connection?.Moved(bytes);
    }

    private static async Task<int> Counted(ValueTask task)
    {
        await task.ConfigureAwait(false);
        return 0;
    }

    private T Await<T>(Task<T> task) => Slot is { } slot ? slot.Await(task) : task.GetAwaiter().GetResult();
}
