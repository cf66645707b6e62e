using Mig.Core;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Tests.Transports;

public sealed class HttpProxyTests
{
    private static readonly Uri Url = new("https://images.example/lab");

    // The right values are curl's (curl(1), -x).
    [Theory]
    [InlineData("proxy.example", "http://proxy.example:1080/")]
    [InlineData("proxy.example:3128", "http://proxy.example:3128/")]
    [InlineData("http://proxy.example:80", "http://proxy.example/")]
    [InlineData("socks5h://[::1]:9", "socks5://[::1]:9/")]
    [InlineData("https://ada:x@proxy.example", "https://ada:x@proxy.example:1080/")]
    public void What_is_set_is_read_as_curl_reads_it(string setting, string expected) =>
        Assert.Equal(expected, HttpProxy.Find(setting, Url).Address!.ToString());

    [Fact]
    public void Empty_is_none_and_nonsense_is_refused()
    {
        Assert.Null(HttpProxy.Find("", Url).Address);
        Assert.Throws<UsageException>(() => HttpProxy.Find("gopher://x", Url));
        Assert.Throws<UsageException>(() => HttpProxy.Find("http://", Url));
    }

    [Fact]
    public void A_password_is_not_shown() =>
        Assert.Equal("the proxy http://proxy.example:3128 (http.proxy)", HttpProxy.Find("http://ada:secret@proxy.example:3128", Url)
            .ToString());
}
