using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mig.Testing;
using Mig.Tests.Exchange.Serving;
using Mig.Versions.Commits;

namespace Mig.Hostile.Tests;

/// <summary>A thousand connections that want to keep the server busy, beside one client that wants to be served.</summary>
public sealed class ServerLoadTests : IDisposable
{
    private const int Strangers = 1000;
    private const int Calls = 40;

    private readonly ServedFolder _served = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];

    // From other addresses they come again when they are closed. From the client's own address, which is the worst case, each comes once.
    // There the client has a token, so that those who only ask too often do not use up what it may ask.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_thousand_strangers_keep_nobody_from_being_served(bool isSameAddress)
    {
        int before = Stranger.Opened;
        string token = _served.Token("good", "admin");
        _served.Start("--auth", _served.Files["tokens"]);
        string web = _served.Address + "/lab/web";
        var address = new Uri(web);
        for (int kind = 0; kind < Stranger.Kinds; kind++)
        {
            int which = kind;
            var thread = new Thread(() => Attack(address, which, isSameAddress)) { IsBackground = true };
            thread.Start();
            _threads.Add(thread);
        }

        // Every one of them has been there before the good client comes.
        Waiting.Until(() => Stranger.Opened >= before + Strangers);
        var slowest = TimeSpan.Zero;
        for (int i = 0; i < Calls; i++)
        {
            var watch = Stopwatch.StartNew();
            Assert.EndsWith("200\n", ServedFolder.Curl("-H", "Authorization: Bearer " + token, "-H", "Content-Type: application/x-mig",
                "--data-binary", "@" + Hello(), "-o", "/dev/null", web + "/mig/v1"), StringComparison.Ordinal);
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
        }

        ServedFolder.MigAs(token, "ls-remote", web).Ends(0, "refs/heads/main");
        ServedFolder.MigAs(token, "clone", "-q", web, _served.Files["clone"]).Ends(0);
        ServedFolder.Mig("--repo", _served.Files["clone"], "fsck").Ends(0);
        _served.Source.Commit(new CommitRequest { Disks = [_served.Files["disk.img"]], Message = "another", AllowEmpty = true });
        ServedFolder.MigAs(token, "--repo", _served.Source.Folder, "push", web, "main").Ends(0, "main -> main");
        Assert.Equal("ok\n200\n", ServedFolder.Curl(_served.Address + "/healthz"));
        string metrics = ServedFolder.Curl("-H", "Authorization: Bearer " + token, _served.Address + "/metrics");
        Assert.DoesNotContain("\nmig_connections_closed_total 0\n", metrics, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Stranger.Opened - before} connections; the slowest of {Calls} calls took {slowest.TotalMilliseconds:0} ms, curl's own "
            + "start included");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _threads.ForEach(thread => thread.Join());
        _served.Dispose();
        _stop.Dispose();
    }

    private string Hello()
    {
        string path = _served.Files["hello"];
        if (File.Exists(path))
            return path;
        using var body = new MemoryStream();
        HostileServer.Record(body, 'Q', "{\"verb\":\"hello\"}");
        HostileServer.End(body);
        File.WriteAllBytes(path, body.ToArray());
        return path;
    }

    private void Attack(Uri address, int kind, bool isSameAddress)
    {
        var strangers = new List<Stranger>();
        for (int number = 0; !_stop.IsCancellationRequested;)
        {
            while (strangers.Count <= Strangers / Stranger.Kinds && !_stop.IsCancellationRequested
                && !(isSameAddress && number > Strangers / Stranger.Kinds))
                strangers.Add(new Stranger(address, kind, number++, isSameAddress));
            foreach (Stranger stranger in strangers.Where(stranger => !stranger.Go()).ToList())
            {
                stranger.Dispose();
                strangers.Remove(stranger);
            }

            _stop.Token.WaitHandle.WaitOne(1000);
        }

        strangers.ForEach(stranger => stranger.Dispose());
    }

    /// <summary>One connection.</summary>
    private sealed class Stranger : IDisposable
    {
        public const int Kinds = 6;

        private const string Post = "POST /lab/web/mig/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-mig\r\n";
        private static int s_opened;

        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly byte[] _drop;

        public Stranger(Uri address, int kind, int number, bool isSameAddress)
        {
            (string begin, _drop) = kind switch
            {
                1 => (Post + "X-Header: ", "a"u8.ToArray()), // a header that never ends
                2 => (Post + "Content-Length: 1000000000\r\n\r\n\u0010", new byte[300]), // a body of 300 bytes now and then
                3 => (Post + "Content-Length: 26\r\n\r\n", []), // no body, and half closed below
                4 => ("\u0016\u0003\u0001garbage", [0xFF, 0, 0x80]),
                // answers that nobody reads
                5 => (string.Concat(Enumerable.Repeat("GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 50)),
                    "GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray()),
                _ => ("", []),
            };
            try
            {
                _socket.Bind(new IPEndPoint(isSameAddress ? IPAddress.Loopback
                    : new IPAddress([127, 0, 0, (byte)(2 + (3 * kind) + (number % 3))]), 0));
                _socket.Connect(address.Host, address.Port);
                _socket.Send(Encoding.Latin1.GetBytes(begin));
                if (kind == 3)
                    _socket.Shutdown(SocketShutdown.Send);
                _socket.Blocking = false;
            }
            catch (SocketException)
            {
                // Closed already; the next look finds it so.
            }

            Interlocked.Increment(ref s_opened);
        }

        public static int Opened => Volatile.Read(ref s_opened);

        /// <summary>Does a little more of what it does.</summary>
        /// <returns>False when the server has closed the connection.</returns>
        public bool Go()
        {
            try
            {
                if (_drop.Length > 0)
                    _socket.Send(_drop);
                return !_socket.Poll(0, SelectMode.SelectRead) || _socket.Available > 0;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        public void Dispose() => _socket.Dispose();
    }
}
