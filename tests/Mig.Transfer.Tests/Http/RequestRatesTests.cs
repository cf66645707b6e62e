using System.Net;
using Mig.Transfer.Http;

namespace Mig.Transfer.Tests.Http;

public class RequestRatesTests
{
    [Fact]
    public void BurstPassesAndThenNoMore()
    {
        using var rates = new RequestRates(perSecond: 1, burst: 500);
        int passed = 0;
        Parallel.For(0, 2000, _ =>
        {
            if (rates.TryTake("ada", out TimeSpan _))
                Interlocked.Increment(ref passed);
        });

        // As many more as there were seconds meanwhile.
        Assert.InRange(passed, 500, 1000);
    }

    [Fact]
    public void WhoIsRefusedLearnsHowLongToWait()
    {
        using var rates = new RequestRates(perSecond: 1, burst: 1);
        TimeSpan wait;
        while (rates.TryTake("ada", out wait))
        {
        }

        Assert.Equal(TimeSpan.FromSeconds(1), wait);
    }

    [Fact]
    public void ClientsDoNotTakeFromEachOther()
    {
        using var rates = new RequestRates(1, 3);
        while (rates.TryTake("ada", out TimeSpan _))
        {
        }

        Assert.True(rates.TryTake("bob", out TimeSpan _));
    }

    [Theory]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void NetworkOfIPv6IsOneClientAndMappedAddressesAreIPv4(string one, string other, bool isSame) =>
        Assert.Equal(isSame, ClientKey.Of(IPAddress.Parse(one)).Equals(ClientKey.Of(IPAddress.Parse(other))));
}
