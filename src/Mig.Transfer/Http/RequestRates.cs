using System.Threading.RateLimiting;

namespace Mig.Transfer.Http;

/// <summary>
/// How often one client may ask: a token bucket for each. Those who have not asked for a while are forgotten. For many threads.
/// </summary>
public sealed class RequestRates : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter;

    /// <param name="perSecond">Requests a second that go on for ever.</param>
    /// <param name="burst">Requests at once after a rest.</param>
    public RequestRates(int perSecond, int burst)
    {
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst, TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0
        };
        _limiter = PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetTokenBucketLimiter(client, _ => options));
    }

    /// <summary>Counts one request.</summary>
    /// <param name="retryAfter">When it is one too many: how long to wait, for <c>Retry-After</c>.</param>
    public bool TryTake(string client, out TimeSpan retryAfter)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire(client);
        retryAfter = !lease.IsAcquired && lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? wait : TimeSpan.Zero;
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();
}
