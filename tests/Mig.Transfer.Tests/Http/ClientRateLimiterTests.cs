using System.Net;
using Mig.Transfer.Http;

namespace Mig.Transfer.Tests.Http;

public class ClientRateLimiterTests
{
    private static readonly IPAddress Ada = IPAddress.Parse("192.0.2.1"), Bob = IPAddress.Parse("192.0.2.2");
    private readonly FixedClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void BurstPassesThenTheRate()
    {
        var limiter = new ClientRateLimiter(perSecond: 2, burst: 5, _clock);
        Assert.Equal(5, Take(limiter, Ada, 20));
        Assert.False(limiter.TryTake(Ada, out TimeSpan wait));
        Assert.Equal(TimeSpan.FromSeconds(0.5), wait);
        _clock.Now += wait;
        Assert.Equal(1, Take(limiter, Ada, 20));
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(2, Take(limiter, Ada, 20));
        _clock.Now += TimeSpan.FromDays(1);
        Assert.Equal(5, Take(limiter, Ada, 20));
    }

    [Fact]
    public void ClientsDoNotTakeFromEachOther()
    {
        var limiter = new ClientRateLimiter(1, 3, _clock);
        Assert.Equal(3, Take(limiter, Ada, 10));
        Assert.Equal(3, Take(limiter, Bob, 10));
    }

    [Fact]
    public void NetworkOfIPv6IsOneClientAndMappedAddressesAreIPv4()
    {
        var limiter = new ClientRateLimiter(1, 3, _clock);
        Assert.Equal(3, Enumerable.Range(1, 100).Count(i => limiter.TryTake(IPAddress.Parse($"2001:db8:0:1::{i:x}"), out _)));
        Assert.Equal(3, Take(limiter, IPAddress.Parse("2001:db8:0:2::1"), 10));
        Assert.Equal(3, Take(limiter, Ada, 3) + Take(limiter, Ada.MapToIPv6(), 3));
    }

    [Fact]
    public void ManyAddressesTakeBoundedMemoryAndAreNoWayAround()
    {
        var limiter = new ClientRateLimiter(1, 2, _clock, maxClients: 100);
        int passed = Enumerable.Range(0, 100_000).Count(i => limiter.TryTake(new IPAddress(0x0A000000L + i), out _));
        Assert.Equal(100, limiter.ClientCount);
        Assert.Equal(102, passed);

        // Those who rested are forgotten.
        _clock.Now += TimeSpan.FromSeconds(10);
        Assert.True(limiter.TryTake(Ada, out _));
        Assert.Equal(1, limiter.ClientCount);
    }

    [Fact]
    public void ThreadsTogetherGetNoMoreThanTheBurst()
    {
        var limiter = new ClientRateLimiter(1, 50, _clock);
        int passed = 0;
        Parallel.For(0, 1000, _ =>
        {
            if (limiter.TryTake(Ada, out TimeSpan _))
                Interlocked.Increment(ref passed);
        });
        Assert.Equal(50, passed);
    }

    private static int Take(ClientRateLimiter limiter, IPAddress client, int times) => Enumerable.Range(0, times).Count(_ => limiter.TryTake(client, out TimeSpan _));
}
