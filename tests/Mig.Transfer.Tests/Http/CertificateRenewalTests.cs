using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mig.Core;
using Mig.Testing;
using Mig.Transfer.Http;

namespace Mig.Transfer.Tests.Http;

/// <summary>
/// A certificate is renewed while the server runs: the next connection sees the new one, and a broken one changes nothing.
/// </summary>
public sealed class CertificateRenewalTests : IAsyncLifetime
{
    private readonly TestFolder _files = new();
    private readonly ConcurrentQueue<string> _warnings = [];
    private HttpServer _server = null!;

    private string Certificate => _files["cert.pem"];

    private string Key => _files["key.pem"];

    public async ValueTask InitializeAsync()
    {
        Write("first");
        _server = await HttpServer.StartAsync(Options(), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task TheNextConnectionSeesTheNewOneAndAnOpenOneGoesOn()
    {
        (SslStream open, string name) = await Connect();
        Assert.Equal("first", name);
        Write("second");
        Assert.Equal("second", await SeenName());
        Assert.Equal("first", Name(open));
        await open.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        byte[] answer = new byte[12];
        await open.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 200", System.Text.Encoding.ASCII.GetString(answer));
        Assert.Empty(_warnings);
        await open.DisposeAsync();
    }

    // As certbot does it: one file, then the other.
    [Fact]
    public async Task HalfANewOneIsReportedOnceAndCountsWhenItIsWhole()
    {
        (string certificate, string key) = Make("second");
        File.WriteAllText(Certificate, certificate);
        Assert.Equal("first", await SeenName());
        Assert.Equal("first", await SeenName());
        Assert.Contains("the one of before stays: REMOTE-030", Assert.Single(_warnings), StringComparison.Ordinal);
        File.WriteAllText(Key, key);
        Assert.Equal("second", await SeenName());
        Assert.Single(_warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData(null)]
    public async Task ABrokenOneKeepsTheOneOfBefore(string? text)
    {
        if (text is null)
            File.Delete(Certificate);
        else
            File.WriteAllText(Certificate, text);
        Assert.Equal("first", await SeenName());
        Assert.Contains(Certificate, Assert.Single(_warnings), StringComparison.Ordinal);
        Write("third");
        Assert.Equal("third", await SeenName());
    }

    // Links that lead through another link, as Kubernetes has them: the link itself does not change.
    [Fact]
    public async Task ALinkThatLeadsElsewhereIsSeen()
    {
        foreach (string version in (string[])["a", "b"])
        {
            Directory.CreateDirectory(_files[version]);
            (string certificate, string key) = Make(version);
            File.WriteAllText(_files[version + "/cert.pem"], certificate);
            File.WriteAllText(_files[version + "/key.pem"], key);
        }

        Directory.CreateSymbolicLink(_files["now"], "a");
        foreach (string name in (string[])["cert.pem", "key.pem"])
        {
            File.Delete(_files[name]);
            File.CreateSymbolicLink(_files[name], "now/" + name);
        }

        Assert.Equal("a", await SeenName());
        Directory.Delete(_files["now"]);
        Directory.CreateSymbolicLink(_files["now"], "b");
        Assert.Equal("b", await SeenName());
    }

    [Fact]
    public async Task AServerDoesNotBeginWithABrokenOne()
    {
        File.WriteAllText(Key, Make("other").Key);
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() =>
            HttpServer.StartAsync(Options(), TestContext.Current.CancellationToken));
        Assert.Equal("REMOTE-030", e.Code);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _files.Dispose();
    }

    private HttpServerOptions Options() => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Tls = (Certificate, Key),
        Warn = _warnings.Enqueue,
        Open = (_, _) => null,
    };

    private void Write(string name)
    {
        (string certificate, string key) = Make(name);
        File.WriteAllText(Certificate, certificate);
        File.WriteAllText(Key, key);
    }

    private static (string Certificate, string Key) Make(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private async Task<string> SeenName()
    {
        (SslStream stream, string name) = await Connect();
        await stream.DisposeAsync();
        return name;
    }

    private async Task<(SslStream Stream, string Name)> Connect()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Address.Port, TestContext.Current.CancellationToken);
        var stream = new SslStream(client.GetStream(), false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost" }, TestContext.Current.CancellationToken);
        return (stream, Name(stream));
    }

    private static string Name(SslStream stream) =>
        new X509Certificate2(stream.RemoteCertificate!).GetNameInfo(X509NameType.SimpleName, false);
}
