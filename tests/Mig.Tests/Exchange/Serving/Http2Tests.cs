using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Serving;

/// <summary>HTTP/2: chosen in the handshake of TLS, or known before; curl says which version a server speaks.</summary>
public sealed class Http2Tests : IDisposable
{
    private static readonly string[] Second = ["-c", "http.version=HTTP/2"];

    private readonly ServedFolder _served = new();

    [Fact]
    public void Without_TLS_it_is_spoken_by_those_who_know()
    {
        string token = _served.Token("writer", "write **");
        _served.Start("--auth", _served.Files["tokens"], "--http2");
        Assert.Equal("2", VersionOf("--http2-prior-knowledge", _served.Address));
        Push(token, Second);
        Clone(token, Second);

        // The control: HTTP/1.1 is not understood.
        ServedFolder.MigAs(token, ["-c", "http.maxRetries=0", "ls-remote", _served.Address + "/lab/web"]).Ends(23);
    }

    [Theory]
    [InlineData("--http2", "2", "HTTP/2")]
    [InlineData("--http1.1", "1.1", "HTTP/1.1")]
    public void With_TLS_the_client_chooses(string option, string version, string setting)
    {
        Tool.Run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", _served.Files["server.key"], "-out", _served.Files["server.pem"]);
        string token = _served.Token("writer", "write **");
        _served.Start("--auth", _served.Files["tokens"], "--tls-cert", _served.Files["server.pem"], "--tls-key",
            _served.Files["server.key"]);
        string[] settings = ["-c", "http.version=" + setting, "-c", "http.sslCAInfo=" + _served.Files["server.pem"]];
        Assert.Equal(version, VersionOf(option, _served.Address));
        Push(token, settings);
        Clone(token, settings);
    }

    [Fact]
    public void Several_requests_go_through_one_connection()
    {
        string token = _served.Token("writer", "write **");
        _served.Start("--auth", _served.Files["tokens"], "--http2", "--max-connections-per-client", "1");
        Push(token, [.. Second, "-c", "http.maxRequests=4"]);
        Clone(token, [.. Second, "-c", "http.maxRequests=4"]);
        Assert.DoesNotContain("status=4", _served.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_version_is_refused_by_name()
    {
        string said = ServedFolder.MigAs("none", ["-c", "http.version=HTTP/3", "ls-remote", "http://127.0.0.1:1/x"]).Ends(2);
        Assert.Contains("HTTP/1.1 and HTTP/2", said, StringComparison.Ordinal);
    }

    public void Dispose() => _served.Dispose();

    private string VersionOf(string option, string address) =>
        Tool.Run("curl", "-sSk", "--max-time", "20", option, "-o", _served.Files["healthz"], "-w", "%{http_version}", address + "/healthz");

    private void Push(string token, string[] settings)
    {
        File.WriteAllBytes(_served.Files["other.img"], MixedBytes.Make(30 << 20, 3));
        _served.Source.Commit(new Mig.Versions.Commits.CommitRequest { Disks = [_served.Files["other.img"]], Message = "another version" });
        ServedFolder.MigAs(token, [.. settings, "--repo", _served.Source.Folder, "push", _served.Address + "/lab/web", "main"])
            .Ends(0, "main -> main");
    }

    private void Clone(string token, string[] settings)
    {
        ServedFolder.MigAs(token, [.. settings, "clone", "-q", "--bare", _served.Address + "/lab/web", _served.Files["clone"]]).Ends(0);
        Judge.AssertSame(_served.Files["other.img"], TestRepository.Export(_served.Files["clone"],
            new Mig.Images.Export.ExportRequest { Path = _served.Files["out.img"], Format = "raw", Revision = "main" }));
    }
}
