using System.Threading.RateLimiting;

namespace Mig.Transfer.Http;

/// <summary>
/// The slot of one request: it is held while the server works, and not while it waits for the client. For one thread at a time.
/// </summary>
internal sealed class WorkSlot(WorkSlots slots, string client, ClientConnection? connection, CancellationToken cancellation) : IDisposable
{
    private RateLimitLease? _lease;

    /// <summary>Waits until the server has time for it.</summary>
    public async Task TakeAsync()
    {
        _lease = await slots.TakeAsync(client, cancellation).ConfigureAwait(false);
        connection?.BeginWork();
    }

    /// <summary>Waits for the client, and meanwhile lets others have the slot.</summary>
    public T Await<T>(Task<T> task)
    {
        if (task.IsCompleted || _lease is null)
            return task.GetAwaiter().GetResult();
        Give();
        T result = task.GetAwaiter().GetResult();
        TakeAsync().GetAwaiter().GetResult();
        return result;
    }

    public void Dispose() => Give();

    private void Give()
    {
        if (_lease is null)
            return;
        connection?.EndWork();
        _lease.Dispose();
        _lease = null;
    }
}
