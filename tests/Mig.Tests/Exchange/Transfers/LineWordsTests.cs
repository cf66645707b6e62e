using System.Net;
using System.Net.Sockets;
using Mig.Core.Host;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>What is said when a transfer comes to nothing: who it was, and what to do.</summary>
public sealed class LineWordsTests : IDisposable
{
    private readonly TestRepository _there = new();
    private readonly TestFolder _files = new();

    public LineWordsTests()
    {
        File.WriteAllBytes(_files["disk.img"], MixedBytes.Make(8 << 20, 3));
        _there.Commit(new Mig.Versions.Commits.CommitRequest { Disks = [_files["disk.img"]], Message = "a version" });
    }

    [Fact]
    public void A_proxy_that_is_dead_is_named_and_one_that_lives_is_used()
    {
        using var server = new CountedServer(_there.Folder);
        string address = server.Address.ToString();
        string output = Run(23, "-c", "http.proxy=http://ada:secret@127.0.0.1:1", "ls-remote", address);
        Assert.Contains("REMOTE-018", output, StringComparison.Ordinal);
        Assert.Contains("the proxy http://127.0.0.1:1 (http.proxy)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
        Run(0, "-c", "http.proxy=", "ls-remote", address); // the control

        // A server takes what goes to a proxy for what goes to itself; nobody else would know this name.
        Run(0, "-c", "http.proxy=127.0.0.1:" + server.Address.Port, "ls-remote", "http://nowhere.invalid/");
        Run(0, "-c", $"http.http://nowhere.invalid/.proxy=http://127.0.0.1:{server.Address.Port}", "ls-remote", "http://nowhere.invalid/");
        Assert.Contains("http.proxy", Run(2, "-c", "http.proxy=ftp://x", "ls-remote", address), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_does_not_answer_the_call_is_given_up_after_the_connect_time()
    {
        // Its queue is full, so that nobody is let in.
        using var full = new Socket(SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        int port = ((IPEndPoint)full.LocalEndPoint!).Port;
        var waiting = new List<Socket>();
        for (int i = 0; i < 4; i++)
        {
            waiting.Add(new Socket(SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            _ = Record.Exception(() => waiting[^1].Connect(IPAddress.Loopback, port)); // it would block
        }

        string output = Run(23, "-c", "http.connectTimeout=1", "ls-remote", $"http://127.0.0.1:{port}/");
        Assert.Contains("REMOTE-018", output, StringComparison.Ordinal);
        Assert.Contains("http.connectTimeout", output, StringComparison.Ordinal);
        waiting.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public void An_ssh_connection_that_is_cut_is_said_to_be()
    {
        using var ssh = new SshServer();
        using var line = new FaultyLine(ssh.Port, new LineFaults { CutAfter = 400_000 });
        string output = Run(23, [.. Ssh(ssh), "-c", "http.maxRetries=0", "clone", "-q", $"ssh://127.0.0.1:{line.Port}{_there.Folder}",
            _files["clone"]]);
        Assert.Contains("REMOTE-010: the ssh connection to 127.0.0.1 was cut", output, StringComparison.Ordinal);
        Assert.DoesNotContain("could not connect", output, StringComparison.Ordinal);
        output = Run(23, [.. Ssh(ssh), "clone", "-q", $"ssh://127.0.0.1:1{_there.Folder}", _files["none"]]);
        Assert.Contains("REMOTE-018", output, StringComparison.Ordinal);
        Assert.Contains("could not connect", output, StringComparison.Ordinal);
    }

    // As in Git: below the home there.
    [Theory]
    [InlineData("~")]
    [InlineData("~USER")]
    public void A_path_below_a_home_over_ssh(string home)
    {
        using var ssh = new SshServer();
        string user = Environment.UserName;
        string path =
            $"{home.Replace("USER", user, StringComparison.Ordinal)}/{Path.GetRelativePath(HostHome.Expand("~" + user), _there.Folder)}";
        Run(0, [.. Ssh(ssh), "clone", "-q", $"ssh://127.0.0.1:{ssh.Port}/{path}", _files["one"]]);
        Run(0, [.. Ssh(ssh), "clone", "-q", $"[127.0.0.1:{ssh.Port}]:{path}", _files["two"]]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_checkout_of_Git_is_said_to_be_one(bool isBare)
    {
        Tool.Run("git", ["init", "-q", .. isBare ? new[] { "--bare" } : [], _files["git"]]);
        Assert.Contains("is a repository of Git", Run(1, "clone", _files["git"], _files["clone"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_that_is_too_large_goes_in_smaller_ones_as_far_as_they_get()
    {
        using TestRepository empty = new();
        using (var server = new CountedServer(empty.Folder, mostBytes: 400 << 10))
        {
            Run(0, "--repo", _there.Folder, "push", server.Address.ToString(), "main");
            Assert.All(server.TakeCalls(atLeast: 4).Where(call => call.Status == 200), call => Assert.InRange(call.BytesIn, 0, 400 << 10));
        }

        Assert.Empty(empty.Check().Problems);
        using TestRepository other = new();
        using var narrow = new CountedServer(other.Folder, mostBytes: 2000);
        string output = Run(23, "-c", "http.maxRetries=1", "--repo", _there.Folder, "push", narrow.Address.ToString(), "main");
        Assert.Contains("REMOTE-019", output, StringComparison.Ordinal);
        Assert.Contains("client_max_body_size", output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _there.Dispose();
        _files.Dispose();
    }

    private static string[] Ssh(SshServer server) =>
        ["-c", "core.sshCommand=" + server.ClientCommand, "-c",
            $"remote.origin.serve=DOTNET_ROOT={Environment.GetEnvironmentVariable("DOTNET_ROOT")} {MigProgram.Path}"];

    private static string Run(int expected, params string[] arguments)
    {
        (int exitCode, string output) = MigProgram.Finish(MigProgram.Start([], arguments));
        Assert.True(exitCode == expected, $"{exitCode}: {output}");
        return output;
    }
}
