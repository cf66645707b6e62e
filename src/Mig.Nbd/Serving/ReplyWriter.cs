namespace Mig.Nbd.Serving;

/// <summary>Sends the replies of a connection, each as a whole, in the order in which they are done. For many threads.</summary>
internal sealed class ReplyWriter(Stream stream, StallWatch watch) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Sends a message.</summary>
    /// <exception cref="IOException">The client is gone, or was cut.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message)
    {
        await BeginAsync().ConfigureAwait(false);
        try
        {
            await ContinueAsync(message).ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Keeps other messages back until <see cref="End"/>.</summary>
    public Task BeginAsync() => _turn.WaitAsync();

    /// <summary>Sends a part of a message that was begun.</summary>
    public async ValueTask ContinueAsync(ReadOnlyMemory<byte> part)
    {
        watch.BeginSend();
        try
        {
            await stream.WriteAsync(part).ConfigureAwait(false);
        }
        finally
        {
            watch.EndSend();
        }
    }

    public void End() => _turn.Release();

    public void Dispose() => _turn.Dispose();
}
