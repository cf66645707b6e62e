using System.Net;
using System.Net.Sockets;
using System.Text;
using Mig.Exchange.Serving;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary><c>MIG_TOKEN</c> goes to the server that it is for: a stranger who is a remote, too, never sees it.</summary>
public sealed class TokenRecipientTests : IAsyncLifetime
{
    private const string Never = "mig_never";

    private readonly TestRepository _repository = new();
    private readonly Stranger _stranger = new();
    private RepositoryServer? _server;
    private string _token = "";

    public async ValueTask InitializeAsync()
    {
        TestDisks.FileSystem(_repository.Files, "disk.img", "-t ext4 -b 1024", "8M");
        _repository.Commit("disk.img");
        string tokens = _repository.Files["tokens"];
        _token = Attack.Mig("token", "create", "ada", "--allow", "admin", "--append", tokens).Ends(0).Trim();
        Attack.Mig("clone", "-q", "--bare", _repository.Folder, _repository.Files["served"]).Ends(0);
        var options = new ServerOptions { Listen = new(IPAddress.Loopback, 0), Root = _repository.Files["served"], AccessFile = tokens };
        _server = await RepositoryServer.StartAsync(options, TestRepository.Context, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void TheServerThatACommandNamesGetsIt()
    {
        string clone = _repository.Files["clone"];
        Run("clone", Good, clone).Ends(0);
        Run("-C", clone, "fetch").Ends(0);
        Run("-C", clone, "push", "origin", "main:other").Ends(0);
        Run("-C", clone, "ls-remote").Ends(0, "refs/heads/other");
    }

    [Fact]
    public void OfSeveralServersNoneGetsItUnlessItIsNamed()
    {
        string clone = _repository.Files["clone"];
        Run("clone", Good, clone).Ends(0);
        Run("-C", clone, "remote", "add", "upstream", _stranger.Address).Ends(0);
        Run("-C", clone, "fetch", "--all").Ends(23, "MIG_TOKEN is not sent to");
        Assert.DoesNotContain(_token, _stranger.Heard, StringComparison.Ordinal);
        Assert.NotEqual("", _stranger.Heard);

        Attack.Mig(["MIG_TOKEN=" + _token, "MIG_TOKEN_FOR=" + Good], "-C", clone, "fetch", "--all").Ends(23, $"it is for {Good}");
        Attack.Mig(["MIG_TOKEN=" + _token, "MIG_TOKEN_FOR=" + Good], "-C", clone, "fetch", "upstream").Ends(23);
        Assert.DoesNotContain(_token, _stranger.Heard, StringComparison.Ordinal);
        Attack.Mig(["MIG_TOKEN=" + _token, "MIG_TOKEN_FOR=" + Good], "-C", clone, "fetch", "origin").Ends(0);
        Attack.Mig(["MIG_TOKEN=" + Never, $"MIG_TOKEN_FOR={Good} {_stranger.Address}"], "-C", clone, "fetch", "upstream").Ends(23);
        Assert.Contains(Never, _stranger.Heard, StringComparison.Ordinal);
        Attack.Mig(["MIG_TOKEN=" + _token, "MIG_TOKEN_FOR=images.example"], "-C", clone, "fetch").Ends(2, "https://images.example is one");
    }

    [Fact]
    public void ARemoteWithTwoServersGetsItOnNeither()
    {
        string clone = _repository.Files["clone"];
        Run("clone", Good, clone).Ends(0);
        Run("-C", clone, "remote", "set-url", "--push", "origin", _stranger.Address).Ends(0);
        Run("-C", clone, "remote", "set-url", "--push", "--add", "origin", Good).Ends(0);
        Run("-C", clone, "push", "origin", "main:x").Ends(23);
        Assert.DoesNotContain(_token, _stranger.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public void ContentsThatComeOnDemandBringItToNobody()
    {
        string clone = _repository.Files["clone"];
        Run("clone", "--filter", "content", Good, clone).Ends(0);
        Run("-C", clone, "config", "remote.origin.url", _stranger.Address).Ends(0);
        Run("-C", clone, "cat", "HEAD:/etc/os-release").Ends(23);
        Assert.DoesNotContain(_token, _stranger.Heard, StringComparison.Ordinal);
        Run("-C", clone, "config", "remote.origin.url", Good).Ends(0);
        Attack.Mig(["MIG_TOKEN=" + _token, "MIG_TOKEN_FOR=" + Good], "-C", clone, "cat", "HEAD:/etc/os-release").Ends(0, "NAME=test");
    }

    [Fact]
    public void ARedirectLeadsNowhere()
    {
        _stranger.Answer = $"HTTP/1.1 307 Temporary Redirect\r\nLocation: {Good}/mig/v1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        Run("ls-remote", _stranger.Address).Ends(23, "307");
    }

    [Fact]
    public void AProxyDoesNotSeeWhatStaysOnThisMachine()
    {
        Attack.Mig(["MIG_TOKEN=" + _token, "http_proxy=" + _stranger.Address], "ls-remote", Good).Ends(0, "refs/heads/main");
        Assert.Equal("", _stranger.Heard);
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _stranger.Dispose();
        _repository.Dispose();
    }

    private string Good => _server!.Address!.ToString().TrimEnd('/');

    private Attack.Said Run(params string[] arguments) => Attack.Mig(["MIG_TOKEN=" + _token], arguments);

    /// <summary>A server that wants a token, and keeps what it is told.</summary>
    private sealed class Stranger : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly StringBuilder _heard = new();

        public Stranger()
        {
            _listener.Start();
            new Thread(Listen) { IsBackground = true }.Start();
        }

        public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public string Answer { get; set; } =
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

        public string Heard
        {
            get
            {
                lock (_heard)
                    return _heard.ToString();
            }
        }

        public void Dispose() => _listener.Dispose();

        private void Listen()
        {
            try
            {
                while (true)
                    Serve(_listener.AcceptTcpClient());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private void Serve(TcpClient client)
        {
            try
            {
                using (client)
                using (NetworkStream stream = client.GetStream())
                {
                    byte[] buffer = new byte[1 << 16];
                    string said = "";
                    while (!said.Contains("\r\n\r\n", StringComparison.Ordinal) && stream.Read(buffer) is > 0 and var length)
                        said += Encoding.ASCII.GetString(buffer, 0, length);
                    lock (_heard)
                        _heard.Append(said);
                    stream.Write(Encoding.ASCII.GetBytes(Answer));
                    client.Client.Shutdown(SocketShutdown.Send);
                    while (stream.Read(buffer) > 0)
                    {
                        // The rest of the request: a connection that is reset would lose the answer.
                    }
                }
            }
            catch (IOException)
            {
                // The client has gone; what it said is kept.
            }
        }
    }
}
