using System.Threading.RateLimiting;

namespace Mig.Transfer.Http;

/// <summary>How many requests are worked on at once: of one client, and of all. The others wait in the order in which they came.</summary>
internal sealed class WorkSlots : IDisposable
{
    private const int MaxWaiting = 100_000;
    private const string All = "";

    private readonly PartitionedRateLimiter<string> _clients;
    private readonly PartitionedRateLimiter<string> _all;
    private readonly PartitionedRateLimiter<string> _chain;

    public WorkSlots(int perClient, int all)
    {
        _clients = Limit(perClient, client => client);
        _all = Limit(all, _ => All);
        _chain = PartitionedRateLimiter.CreateChained(_clients, _all);
    }

    /// <summary>Waits for a slot; disposing the lease gives it back.</summary>
    /// <param name="client">Who wants to have something done.</param>
    public ValueTask<RateLimitLease> TakeAsync(string client, CancellationToken cancellation) =>
        _chain.AcquireAsync(client, 1, cancellation);

    public void Dispose()
    {
        _chain.Dispose();
        _clients.Dispose();
        _all.Dispose();
    }

    private static PartitionedRateLimiter<string> Limit(int permits, Func<string, string> key)
    {
        var options = new ConcurrencyLimiterOptions
        {
            PermitLimit = permits, QueueLimit = MaxWaiting,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst
        };
        return PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetConcurrencyLimiter(key(client), _ => options));
    }
}
