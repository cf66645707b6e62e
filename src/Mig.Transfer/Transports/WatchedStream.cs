using System.Net.Sockets;

namespace Mig.Transfer.Transports;

/// <summary>
/// A stream from or to another machine whose waits end when the call's watch says so, even where the stream below cannot be interrupted.
/// What fails in it is a <see cref="LineException"/>.
/// </summary>
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
            return Directly(() => stream.Read(buffer, offset, count));
        int got = Wait(() => stream.ReadAsync(buffer.AsMemory(offset, count), watch.Token).AsTask(), watch);
        watch.Moved(got, isAnswer: true);
        return got;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (Watch is not { } watch)
        {
            Directly(() =>
            {
                stream.Write(buffer, offset, count);
                return 0;
            });
            return;
        }

        Wait(() => Counted(stream.WriteAsync(buffer.AsMemory(offset, count), watch.Token)), watch);
        watch.Moved(count, isAnswer: false);
    }

    public override void Flush()
    {
        if (Watch is { } watch)
        {
            Wait(() => Counted(new ValueTask(stream.FlushAsync(watch.Token))), watch);
            return;
        }

        Directly(() =>
        {
            stream.Flush();
            return 0;
        });
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

    // A stream that is closed meanwhile may refuse the call itself, not only what it returns. A pipe's read cannot be cancelled: it is left
    // alone with its buffer, which nobody looks at any more.
    private static int Wait(Func<Task<int>> start, CallWatch watch) => Directly(() =>
    {
        Task<int> task = start();
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
    });

    private static int Directly(Func<int> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw new LineException(e);
        }
    }
}
