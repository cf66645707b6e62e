using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Mig.Exchange.Serving;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer.Http;

namespace Mig.Tests.Exchange.Serving;

/// <summary>What a server lets strangers do to it, how it tells of itself, and how it ends.</summary>
public sealed partial class LimitTests : IDisposable
{
    private readonly ServedFolder _served = new();

    [Fact]
    public void Who_asks_too_often_waits()
    {
        _served.Start("--max-rate", "1");
        List<string> answers = [.. Enumerable.Range(0, 15).Select(_ => ServedFolder.Curl("-D", "-", _served.Address + "/"))];
        Assert.EndsWith("404\n", answers[0], StringComparison.Ordinal);
        Assert.Contains(answers, answer =>
            answer.EndsWith("429\n", StringComparison.Ordinal) && answer.Contains("Retry-After: 1", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("ok\n200\n", ServedFolder.Curl(_served.Address + "/healthz"));

        // The client does as it is told, and gets there.
        ServedFolder.Mig("ls-remote", _served.Address + "/lab/web").Ends(0, "refs/heads/main");
    }

    [Fact]
    public void No_request_is_larger_than_allowed()
    {
        _served.Start("--max-body", "1m");
        File.WriteAllBytes(_served.Files["disk.img"], MixedBytes.Make(8 << 20, 3));
        _served.Source.Commit(new Mig.Versions.Commits.CommitRequest { Disks = [_served.Files["disk.img"]], Message = "large" });
        // in pieces that are small enough
        ServedFolder.Mig("--repo", _served.Source.Folder, "push", _served.Address + "/lab/web", "main").Ends(0);
        string[] post = ["-H", "Content-Type: application/x-mig", _served.Address + "/lab/web/mig/v1", "--data-binary"];
        File.WriteAllBytes(_served.Files["large"], new byte[(1 << 20) + 1]);
        File.WriteAllBytes(_served.Files["fits"], new byte[1 << 20]);
        Assert.EndsWith("413\n", ServedFolder.Curl([.. post, "@" + _served.Files["large"]]), StringComparison.Ordinal);
        Assert.EndsWith("200\n", ServedFolder.Curl([.. post, "@" + _served.Files["fits"]]), StringComparison.Ordinal);
    }

    [Fact]
    public void Slow_senders_keep_nobody_waiting_and_are_cut()
    {
        _served.Start();
        var port = new Uri(_served.Address);
        var slow = new List<TcpClient>();
        for (int i = 0; i < 80; i++)
        {
            var client = new TcpClient(port.Host, port.Port);
            slow.Add(client);

            // Half of them never end the header, half announce a body that does not come.
            client.GetStream().Write(Encoding.ASCII.GetBytes(
                "POST /lab/web/mig/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-mig\r\nContent-Length: 100\r\n"
                + (i % 2 == 0 ? "" : "\r\n")));
        }

        ServedFolder.Mig("ls-remote", _served.Address + "/lab/web").Ends(0, "refs/heads/main");
        AwaitEnd(slow[0]);
        slow.ForEach(client => client.Dispose());
    }

    [Fact]
    public void Metrics_are_for_this_machine_and_for_admins()
    {
        string reader = _served.Token("reader", "read"), admin = _served.Token("admin", "admin");
        _served.Start("--auth", _served.Files["tokens"]);
        ServedFolder.MigAs(reader, "ls-remote", _served.Address + "/lab/web").Ends(0);
        string text = ServedFolder.Curl(_served.Address + "/metrics");
        Assert.All(text.Split('\n')[..^2], line => Assert.Matches(MetricLine(), line));
        Assert.Contains("mig_http_requests_total{method=\"POST\",status=\"2xx\"} 2\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("lab", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(MetricLine(), "mig_http_requests_total{method=\"POST\"}");

        // A proxy on this machine speaks for strangers.
        string[] proxied = ["-H", "X-Forwarded-For: 192.0.2.1", _served.Address + "/metrics"];
        Assert.EndsWith("401\n", ServedFolder.Curl(proxied), StringComparison.Ordinal);
        Assert.EndsWith("403\n", ServedFolder.Curl(["-H", "Authorization: Bearer " + reader, .. proxied]), StringComparison.Ordinal);
        Assert.EndsWith("200\n", ServedFolder.Curl(["-H", "Authorization: Bearer " + admin, .. proxied]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_is_asked_to_stop_ends_what_it_began()
    {
        File.WriteAllBytes(_served.Files["disk.img"], MixedBytes.Make(48 << 20, 4));
        _served.Source.Commit(new Mig.Versions.Commits.CommitRequest { Disks = [_served.Files["disk.img"]], Message = "large" });
        ServedFolder.Mig("--repo", _served.Source.Folder, "push", _served.Root + "/lab/web", "main").Ends(0);
        _served.Start();
        using System.Diagnostics.Process clone =
            MigProgram.Start([], "-c", "http.maxRetries=0", "clone", "-q", _served.Address + "/lab/web", _served.Files["clone"]);
        while (!_served.Log.Contains("call=commits", StringComparison.Ordinal) && !clone.HasExited)
            Thread.Sleep(5);
        Tool.Run("kill", "-TERM", _served.Server.Id.ToString(CultureInfo.InvariantCulture));
        (int exitCode, string output) = MigProgram.Finish(clone);
        Assert.True(_served.Server.WaitForExit(40_000));
        Assert.Equal(0, _served.Server.ExitCode);
        if (exitCode != 0)
            Assert.Contains("REMOTE-01", output, StringComparison.Ordinal);
        else
            ServedFolder.Mig("--repo", _served.Files["clone"], "fsck").Ends(0);
        Assert.DoesNotContain("bug in mig", output, StringComparison.Ordinal);
        Assert.Equal(7, Tool.Try("curl", "-sS", _served.Address + "/healthz").ExitCode);
    }

    [Fact]
    public void Of_too_many_connections_those_that_nobody_works_for_are_closed()
    {
        _served.Start("--max-connections", "2");
        var address = new Uri(_served.Address);
        using TcpClient one = Open(), two = Open();
        Assert.Equal("ok\n200\n", ServedFolder.Curl(_served.Address + "/healthz"));
        AwaitEnd(one);

        TcpClient Open()
        {
            var client = new TcpClient(address.Host, address.Port);
            client.GetStream().Write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"u8);
            while (!Encoding.ASCII.GetString(Receive(client)).EndsWith("ok\n", StringComparison.Ordinal))
            {
            }

            return client;
        }

        static byte[] Receive(TcpClient client)
        {
            byte[] buffer = new byte[1024];
            int got = client.GetStream().Read(buffer);
            Assert.True(got > 0);
            return buffer[..got];
        }
    }

    [Fact]
    public void A_proxy_that_is_ours_says_who_asks()
    {
        _served.Start("--max-rate", "1", "--trusted-proxy", "127.0.0.1");
        string[] Ask(string client) => ["-H", "X-Forwarded-For: 10.9.9.9, " + client, _served.Address + "/"];
        Assert.Contains(Enumerable.Range(0, 30), _ => ServedFolder.Curl(Ask("192.0.2.1")).EndsWith("429\n", StringComparison.Ordinal));
        Assert.EndsWith("404\n", ServedFolder.Curl(Ask("192.0.2.2")), StringComparison.Ordinal);
        Assert.Contains("client=192.0.2.1 ", _served.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("10.9.9.9", _served.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_asked_to_stop_does_not_wait_for_ever()
    {
        await using HttpServer server = await HttpServer.StartAsync(new HttpServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Open = (_, _) => ServedRepository.Open(_served.Source.Folder, TestRepository.Context),
            StopPatience = TimeSpan.FromSeconds(1),
        }, TestContext.Current.CancellationToken);

        // A client that never comes to its end, and is fast enough to be borne with.
        using var client = new TcpClient(server.Address.Host, server.Address.Port);
        NetworkStream stream = client.GetStream();
        stream.Write(
            "POST /web/mig/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-mig\r\nContent-Length: 1000000000\r\n\r\n"u8);
        byte[] ids = new byte[5 + (32 << 10)];
        BinaryPrimitives.WriteInt32LittleEndian(ids, 32 << 10);
        ids[4] = (byte)'I';
        stream.Write([.. "\x10\0\0\0Q"u8, .. "{\"verb\":\"has\" }"u8]);
        Task<int> send = Task.Run(() =>
        {
            int sent = 0;
            try
            {
                for (; ; sent++, Thread.Sleep(200))
                    stream.Write(ids);
            }
            catch (IOException)
            {
                return sent;
            }
        }, TestContext.Current.CancellationToken);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.False(send.IsCompleted);
        await server.StopAsync();
        Assert.True(await send > 1);
    }

    public void Dispose() => _served.Dispose();

    // A server that makes room resets a connection, one that has waited long enough ends it.
    private static void AwaitEnd(TcpClient client)
    {
        client.ReceiveTimeout = 25_000;
        try
        {
            while (client.Client.Receive(new byte[1024]) > 0)
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
    }

    [GeneratedRegex(@"^(# (HELP|TYPE) \w+ .+|\w+(\{\w+=""[^""]*""(,\w+=""[^""]*"")*\})? [0-9.e+-]+)$")]
    private static partial Regex MetricLine();
}
