using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer.Http;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>What commands in a partial clone ask of its remote: few calls, whatever they read. Calls are counted, not times.</summary>
public sealed class PartialCallsTests(PartialCallsTests.Served served) : IClassFixture<PartialCallsTests.Served>, IDisposable
{
    private readonly CountedServer _server = served.Server;
    private readonly TestFolder _files = new();

    private string Clone => _files["clone"];

    // What a machine is said to be is asked for together, and so are the structures of a volume that is changed, the lines of many
    // versions, and deleted data. Manifests are here.
    [Theory]
    [InlineData(0, "ls", "-l", "HEAD:/etc")]
    [InlineData(0, "show", "HEAD")]
    [InlineData(0, "log", "--name-status")]
    [InlineData(2, "diff", "--name-status", "HEAD~2", "HEAD")] // labels and settings stand in the superblocks
    [InlineData(0, "search", "--name", "large")]
    [InlineData(1, "cat", "HEAD:/etc/os-release")]
    [InlineData(1, "cat", "HEAD:/usr/large")]
    [InlineData(1, "grep", "NAME", "HEAD")]
    [InlineData(2, "grep", "NAME", "HEAD", "HEAD~1", "HEAD~2")]
    [InlineData(2, "inventory")]
    [InlineData(4, "diff", "-p", "HEAD~2", "HEAD")]
    [InlineData(2, "log", "--stat")]
    [InlineData(2, "log", "-p")]
    [InlineData(1, "extract", "HEAD:/usr", "OUT")]
    [InlineData(1, "checkout", "HEAD", "--export", "OUT")]
    [InlineData(2, "put", "-m", "x", "FILE", "HEAD:/etc/motd")]
    [InlineData(2, "rm", "-m", "x", "HEAD:/etc/one")]
    [InlineData(4, "merge", "-m", "x", "side")]
    [InlineData(4, "seal", "--dry-run", "HEAD")]
    public void A_command_makes_few_calls_however_much_it_reads(int most, params string[] arguments)
    {
        Begin();
        File.WriteAllText(_files["line"], "one line\n");
        Mig(["--repo", Clone, .. arguments.Select(argument =>
            argument switch { "FILE" => _files["line"], "OUT" => _files["out"], _ => argument })]);
        IReadOnlyList<RequestLogEntry> calls = _server.TakeCalls(Math.Min(most, 1));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{arguments[0]}: {calls.Count} calls, {calls.Sum(call => call.BytesIn)} bytes in, {calls.Sum(call => call.BytesOut)} out");
        Assert.All(calls, call => Assert.Equal("get", call.Verb));
        Assert.InRange(calls.Count, Math.Min(most, 1), most);
    }

    // The control: what is here already is not asked for.
    [Fact]
    public void What_was_read_is_not_asked_for_again()
    {
        Begin();
        Mig("--repo", Clone, "grep", "NAME", "HEAD");
        Assert.Single(_server.TakeCalls(atLeast: 1));
        Mig("--repo", Clone, "grep", "NAME", "HEAD");
        Mig("--repo", Clone, "log", "--name-status");
        Assert.Empty(_server.TakeCalls(atLeast: 0));
    }

    public void Dispose() => _files.Dispose();

    private void Begin()
    {
        Tool.Run("cp", "-r", served.Clone, Clone);
        _ = _server.TakeCalls(atLeast: 0);
    }

    private static string Mig(params string[] arguments)
    {
        (int exitCode, string output) = MigProgram.Finish(MigProgram.Start([], arguments));
        Assert.True(exitCode is 0 or 6, output);
        return output;
    }

    /// <summary>A repository of some versions, a server for it, and a partial clone that nobody has read from.</summary>
    public sealed class Served : IDisposable
    {
        private readonly TestRepository _there = new();
        private readonly TestFolder _files = new();

        public Served()
        {
            TestDisks.FileSystem(_there.Files, "disk.img", "-t ext4 -b 4096", "24M");
            _there.Commit("disk.img");
            foreach (string name in (string[])["one", "two", "three"])
            {
                File.WriteAllText(_files["text"], name + "\n");
                Mig("--repo", _there.Folder, "put", "-q", "-m", name, _files["text"], "HEAD:/etc/" + name);
            }

            Mig("--repo", _there.Folder, "put", "-q", "-m", "beside", "-b", "side", _files["text"], "HEAD~1:/etc/beside");
            Server = new CountedServer(_there.Folder);
            Mig("clone", "-q", "--bare", "--filter=content", Server.Address.ToString(), Clone);
            _ = Server.TakeCalls(atLeast: 1);
        }

        internal CountedServer Server { get; }

        public string Clone => _files["clone"];

        public void Dispose()
        {
            Server.Dispose();
            _there.Dispose();
            _files.Dispose();
        }
    }
}
