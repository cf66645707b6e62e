namespace Mig.Transfer.Transports;

/// <summary>A stream from or to another machine whose waits end when the call's watch says so, even where the stream below cannot be interrupted.</summary>
internal sealed class WatchedStream(Stream stream) : Stream
{
    /// <summary>Who watches; null for nobody.</summary>
    public CallWatch? Watch { get; set; }

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
        if (Watch is not { } watch)
            return stream.Read(buffer, offset, count);
        int got = Wait(stream.ReadAsync(buffer.AsMemory(offset, count), watch.Token).AsTask(), watch);
        watch.Moved(got, isAnswer: true);
        return got;
    }

    public override int Read(Span<byte> buffer) => Watch is null ? stream.Read(buffer) : base.Read(buffer);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Watch is null)
            stream.Write(buffer);
        else
            base.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (Watch is not { } watch)
        {
            stream.Write(buffer, offset, count);
            return;
        }

        Wait(Counted(stream.WriteAsync(buffer.AsMemory(offset, count), watch.Token)), watch);
        watch.Moved(count, isAnswer: false);
    }

    public override void Flush()
    {
        if (Watch is { } watch)
            Wait(Counted(new ValueTask(stream.FlushAsync(watch.Token))), watch);
        else
            stream.Flush();
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
        base.Dispose(disposing);
    }

    private static async Task<int> Counted(ValueTask task)
    {
        await task.ConfigureAwait(false);
        return 0;
    }

    // A pipe's read cannot be cancelled: it is left alone with its buffer, which nobody looks at any more.
    private static int Wait(Task<int> task, CallWatch watch)
    {
        if (task.IsCompleted)
            return task.GetAwaiter().GetResult();
        watch.BeginWait();
        try
        {
            return task.WaitAsync(watch.Token).GetAwaiter().GetResult();
        }
        finally
        {
            watch.EndWait();
        }
    }
}
