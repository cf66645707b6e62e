using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Exchange.Serving;

/// <summary>The examples of the guide for nginx, Caddy and systemd, as they stand there; only names and ports are this machine's.</summary>
public sealed class ProxyTests : IDisposable
{
    private const int Size = 24 << 20; // many times what a proxy keeps in memory, or takes without being asked to
    private const string Greeted = "HTTP/";

    private readonly ServedFolder _served = new();
    private readonly int _port = FindPort();

    private string Url => $"https://127.0.0.1:{_port}/lab/large";

    [Fact]
    public void Large_packs_go_through_nginx()
    {
        string token = Start();
        string example = Example("nginx")
            .Replace("listen 443 ssl", $"listen 127.0.0.1:{_port} ssl", StringComparison.Ordinal)
            .Replace("/etc/ssl/images.example.pem", _served.Files["server.pem"], StringComparison.Ordinal)
            .Replace("/etc/ssl/images.example.key", _served.Files["server.key"], StringComparison.Ordinal)
            .Replace("http://127.0.0.1:8320", _served.Address, StringComparison.Ordinal);
        string paths = string.Join(' ', ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
            .Select(kind => $"{kind}_temp_path {_served.Files[kind]};"));
        File.WriteAllText(_served.Files["nginx.conf"],
            $"daemon off; master_process off; pid {_served.Files["pid"]}; error_log stderr; events {{}} http {{ access_log off; "
            + $"{paths}\n{example} }}");
        Run(token, "nginx", "-p", _served.Files[""], "-c", _served.Files["nginx.conf"]);

        // Nothing was kept in files on its way.
        Assert.Empty(Directory.EnumerateFiles(_served.Files["client_body"], "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("127.0.0.1:8320")]
    [InlineData("h2c://127.0.0.1:8320", "--http2")]
    public void Large_packs_go_through_Caddy(string upstream, params string[] arguments)
    {
        string token = Start(arguments);
        string example = Example("caddy")
            .Replace("images.example {",
                $"https://127.0.0.1:{_port} {{\n    tls {_served.Files["server.pem"]} {_served.Files["server.key"]}",
                StringComparison.Ordinal)
            .Replace("127.0.0.1:8320", upstream.Replace("127.0.0.1:8320", new Uri(_served.Address).Authority, StringComparison.Ordinal),
                StringComparison.Ordinal);
        File.WriteAllText(_served.Files["Caddyfile"], "{\n    admin off\n    auto_https disable_redirects\n}\n" + example);
        Run(token, "env", "HOME=" + _served.Files[""], "XDG_DATA_HOME=" + _served.Files[""], "caddy", "run", "--config",
            _served.Files["Caddyfile"], "--adapter", "caddyfile");
    }

    [Fact]
    public void The_unit_of_systemd_is_one()
    {
        string unit = _served.Files["mig.service"];
        File.WriteAllText(unit, Example("ini").Replace("/usr/bin/mig", MigProgram.Path, StringComparison.Ordinal));
        (int exitCode, string output) = Tool.Try("systemd-analyze", "verify", unit);
        Assert.True(exitCode == 0 && !output.Contains("mig.service", StringComparison.Ordinal), output);

        // The control.
        File.WriteAllText(unit, File.ReadAllText(unit).Replace("ExecStart=", "ExecBegin=", StringComparison.Ordinal));
        Assert.Contains("mig.service", Tool.Try("systemd-analyze", "verify", unit).Output, StringComparison.Ordinal);
    }

    public void Dispose() => _served.Dispose();

    private static string Example(string language)
    {
        string guide = File.ReadAllText(Checkout.PathOf("docs/guide/serving.md"));
        return Assert.Single(Regex.Matches(guide, $"```{language}\n(.*?)```", RegexOptions.Singleline)).Groups[1].Value;
    }

    // An empty repository, and the certificate of an authority of our own.
    private string Start(params string[] arguments)
    {
        ServedFolder.Mig("init", "-q", "--bare", _served.Files["root/lab/large"]).Ends(0);
        Tool.Run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", _served.Files["server.key"], "-out", _served.Files["server.pem"]);
        string token = _served.Token("writer", "write lab/**");
        _served.Start(["--auth", _served.Files["tokens"], "--trusted-proxy", "127.0.0.1", .. arguments]);
        return token;
    }

    private void Run(string token, string proxy, params string[] arguments)
    {
        byte[] bytes = new byte[Size];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(_served.Files["large.img"], bytes);
        using var source = new TestRepository();
        source.Commit(new CommitRequest { Disks = [_served.Files["large.img"]], Message = "a large one" });
        using Process process = Tool.Start(proxy, arguments);
        try
        {
            Task<string> said = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.True(SpinWait.SpinUntil(() => process.HasExited || IsUp(), TimeSpan.FromSeconds(30)) && !process.HasExited,
                process.HasExited ? said.Result : "it does not listen");
            string[] trust = ["-c", "http.sslCAInfo=" + _served.Files["server.pem"], "-c", "http.maxRetries=0"];
            ServedFolder.MigAs(token, [.. trust, "--repo", source.Folder, "push", Url, "main"]).Ends(0, "main -> main");
            ServedFolder.MigAs(token, [.. trust, "clone", "-q", "--bare", Url, _served.Files["clone"]]).Ends(0);
            Judge.AssertSame(_served.Files["large.img"], TestRepository.Export(_served.Files["clone"],
                new Mig.Images.Export.ExportRequest { Path = _served.Files["out.img"], Format = "raw", Revision = "main" }));
            Assert.Contains("call=push status=200", _served.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("status=4", _served.Log, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    private bool IsUp()
    {
        (int exitCode, string output) = Tool.Try("curl", "-sSk", "-i", "--max-time", "2", $"https://127.0.0.1:{_port}/healthz");
        return exitCode == 0 && output.StartsWith(Greeted, StringComparison.Ordinal);
    }

    private static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
