using System.Net;
using System.Net.Sockets;

namespace Mig.Transfer.Http;

/// <summary>Limits how often one client may ask: a token bucket for each address. For many threads.</summary>
/// <remarks>
/// A bucket holds <c>burst</c> tokens and gains <c>perSecond</c>; a request takes one. An IPv6 client has at least 2^64 addresses to choose from, so a /64 counts as one
/// client; an IPv4 address in IPv6 form counts as itself. Memory is bounded: a full bucket is as good as none, so full ones are forgotten, and when more
/// than <c>maxClients</c> are not full, all further ones share a bucket, so that many addresses are no way around the limit.
/// </remarks>
public sealed class ClientRateLimiter
{
    private const int PrefixBytes = 8;

    private readonly double _perSecond;
    private readonly double _burst;
    private readonly int _maxClients;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Bucket> _buckets = [];
    private readonly Bucket _shared;
    private long _sweptAt;

    /// <param name="perSecond">Requests a second that go on for ever.</param>
    /// <param name="burst">Requests at once after a rest, at least 1.</param>
    public ClientRateLimiter(double perSecond, double burst, TimeProvider clock, int maxClients = 10_000)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxClients, 1);
        (_perSecond, _burst, _maxClients, _clock) = (perSecond, burst, maxClients, clock);
        _sweptAt = clock.GetTimestamp();
        _shared = new Bucket(burst, _sweptAt);
    }

    /// <summary>How many clients are remembered.</summary>
    public int ClientCount
    {
        get
        {
            lock (_gate)
                return _buckets.Count;
        }
    }

    /// <summary>Takes a token for one request.</summary>
    /// <param name="retryAfter">When there is none: how long until there is one, for <c>Retry-After</c>.</param>
    public bool TryTake(IPAddress client, out TimeSpan retryAfter)
    {
        ArgumentNullException.ThrowIfNull(client);
        IPAddress key = KeyOf(client);
        lock (_gate)
        {
            long now = _clock.GetTimestamp();
            Bucket bucket = Find(key, now);
            Fill(bucket, now);
            if (bucket.Tokens >= 1)
            {
                bucket.Tokens--;
                retryAfter = TimeSpan.Zero;
                return true;
            }

            retryAfter = TimeSpan.FromSeconds((1 - bucket.Tokens) / _perSecond);
            return false;
        }
    }

    private static IPAddress KeyOf(IPAddress client)
    {
        if (client.AddressFamily != AddressFamily.InterNetworkV6)
            return client;
        if (client.IsIPv4MappedToIPv6)
            return client.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        client.TryWriteBytes(bytes, out _);
        bytes[PrefixBytes..].Clear();
        return new IPAddress(bytes);
    }

    private Bucket Find(IPAddress key, long now)
    {
        if (_buckets.TryGetValue(key, out Bucket? bucket))
            return bucket;
        if (_buckets.Count >= _maxClients)
            Sweep(now);
        if (_buckets.Count >= _maxClients)
            return _shared;
        return _buckets[key] = new Bucket(_burst, now);
    }

    // At most once in the time that an empty bucket takes to fill, and once a second: a crowd of strangers must not make each request look at all of them.
    private void Sweep(long now)
    {
        if (_clock.GetElapsedTime(_sweptAt, now) < TimeSpan.FromSeconds(Math.Min(1, _burst / _perSecond)))
            return;
        _sweptAt = now;
        foreach ((IPAddress key, Bucket bucket) in _buckets)
        {
            Fill(bucket, now);
            if (bucket.Tokens >= _burst)
                _buckets.Remove(key);
        }
    }

    private void Fill(Bucket bucket, long now)
    {
        bucket.Tokens = Math.Min(_burst, bucket.Tokens + (_clock.GetElapsedTime(bucket.FilledAt, now).TotalSeconds * _perSecond));
        bucket.FilledAt = now;
    }

    private sealed class Bucket(double tokens, long filledAt)
    {
        public double Tokens { get; set; } = tokens;

        public long FilledAt { get; set; } = filledAt;
    }
}
