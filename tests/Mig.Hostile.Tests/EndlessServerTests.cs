using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer.Protocol;

namespace Mig.Hostile.Tests;

/// <summary>
/// A server that sends without end, or little that stands for much: what a client takes follows from what it asked for, over HTTP and as if
/// over ssh.
/// </summary>
public sealed class EndlessServerTests : IDisposable
{
    private const string Id = "7777777777777777777777777777777777777777777777777777777777777777";

    private readonly TestFolder _files = new();

    public EndlessServerTests() => Repository.Initialize(_files["r"], isBare: true, TestRepository.Context);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ids_without_end_are_not_listened_to(bool isHttp)
    {
        using HostileServer server = Serve(isHttp, to =>
        {
            byte[] ids = new byte[ProtocolLimits.IdsPerRecord * 32];
            while (true)
            {
                RandomNumberGenerator.Fill(ids);
                HostileServer.Record(to, 'I', ids);
            }
        });
        Fetch(server).Ends(23, "REMOTE-013");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Frames_that_come_again_and_again_are_not_listened_to(bool isHttp)
    {
        byte[] frame = Frames(1, 1000).Single();
        using HostileServer server = Serve(isHttp, to =>
        {
            while (true)
                HostileServer.Record(to, 'F', frame);
        });
        Fetch(server).Ends(23, "REMOTE-013");
    }

    // A commit of 15 MiB takes some kilobytes: a few hundred kilobytes stand for gigabytes.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Commits_that_expand_take_no_memory(bool isHttp)
    {
        List<byte[]> frames = Frames(76, 15 << 20);
        Assert.True(frames.Sum(frame => (long)frame.Length) < 4 << 20);
        using HostileServer server = Serve(isHttp, to => frames.ForEach(frame => HostileServer.Record(to, 'F', frame)));
        Fetch(server).Ends(23, "REMOTE-017");
        Assert.Empty(Directory.GetFiles(_files["r/tmp"]));
    }

    [Fact]
    public void Commits_that_expand_and_nobody_asked_for_are_not_kept()
    {
        List<byte[]> frames = Frames(20, 15 << 20);
        using HostileServer server = Serve(true, to =>
        {
            frames.ForEach(frame => HostileServer.Record(to, 'F', frame));
            HostileServer.End(to);
        });
        Fetch(server).Ends(23, "REMOTE-012");
        Assert.Empty(Directory.GetFiles(_files["r/tmp"]));
        Assert.Empty(Directory.GetFiles(_files["r/packs"]));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void Refs_without_end_are_not_listened_to(bool isHttp, int step)
    {
        int number = 0;
        using var server = new HostileServer(isHttp, (_, to) =>
        {
            var page = new StringBuilder("{\"more\":true,\"refs\":[");
            for (int i = 0; i < 4000; i++, number += step)
                page.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}{{\"name\":\"refs/heads/{number:d9}\",\"id\":\"{Id}\"}}");
            HostileServer.Record(to, 'J', page.Append("]}").ToString());
            HostileServer.End(to);
        });
        Fetch(server).Ends(23, step == 0 ? "REMOTE-015" : "REMOTE-017");
    }

    [Theory]
    [InlineData("{\"refs\":[{}", ",{}", "JSON that does not fit")]
    [InlineData("{\"refs\":[null", ",null", "REMOTE-017")]
    [InlineData("[[", "[[", "JSON that does not fit")]
    public void Json_that_stands_for_more_than_it_has_bytes_is_refused(string begin, string repeated, string said)
    {
        string json = begin + string.Concat(Enumerable.Repeat(repeated, 3_900_000 / repeated.Length)) + "]}";
        using var server = new HostileServer(true, (_, to) =>
        {
            HostileServer.Record(to, 'J', json);
            HostileServer.End(to);
        });
        Fetch(server).Ends(23, said);
    }

    [Fact]
    public void Records_larger_than_allowed_are_not_read()
    {
        using var greeting = new HostileServer(true, (_, to) => HostileServer.Record(to, 'J', new byte[(64 << 10) + 1]), greets: false);
        Fetch(greeting).Ends(23, "at most 65536 allowed");
        using var refs = new HostileServer(true, (_, to) => HostileServer.Record(to, 'J', new byte[(4 << 20) + 1]));
        Fetch(refs).Ends(23, "at most 4194304 allowed");
        using var error = new HostileServer(true, (_, to) => HostileServer.Record(to, 'E', new byte[(64 << 10) + 1]));
        Fetch(error).Ends(23, "at most 65536 allowed");
    }

    [Fact]
    public void Lines_for_the_user_without_end_are_cut_off()
    {
        string line = new('x', 60_000);
        using HostileServer server = PushTarget(to =>
        {
            while (true)
                HostileServer.Record(to, 'M', line);
        });
        Push(server).Ends(23, "REMOTE-017");
        using HostileServer patient = PushTarget(to =>
        {
            for (int i = 0; i < 20_000; i++)
                HostileServer.Record(to, 'M', "a line");
            HostileServer.Record(to, 'J', "{\"refusals\":[null]}");
            HostileServer.End(to);
        });
        MeasuredRun run = Push(patient);
        run.Ends(0, "remote: … and more, which is left out");
        Assert.InRange(run.Output.Split("remote: a line").Length, 1000, 10_001);
    }

    [Fact]
    public void Redirects_are_not_followed_and_headers_end()
    {
        using var elsewhere = new RawServer("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", "");
        Run("ls-remote", elsewhere.Address).Ends(23, "it answers 302");
        Assert.Equal(1, elsewhere.Connections);
        using var headers = new RawServer(
            "HTTP/1.1 200 OK\r\n", "X-Header: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
        Run("ls-remote", headers.Address).Ends(23, "REMOTE-010");
        using var page = new RawServer("HTTP/1.1 500 No\r\nContent-Type: text/plain\r\n\r\n", "no\n");
        Run("ls-remote", page.Address).Ends(23, "it answers 500");
    }

    public void Dispose() => _files.Dispose();

    // Lists one branch, then answers the question for its commits.
    private static HostileServer Serve(bool isHttp, Action<Stream> commits) => new(isHttp, (verb, to) =>
    {
        if (verb == Verbs.Commits)
        {
            commits(to);
            return;
        }

        HostileServer.Record(to, 'J',
            $$"""{"headTarget":"refs/heads/main","headId":"{{Id}}","refs":[{"name":"refs/heads/main","id":"{{Id}}"}]}""");
        HostileServer.End(to);
    });

    // Has a branch that can be deleted, which takes no object.
    private static HostileServer PushTarget(Action<Stream> push) => new(true, (verb, to) =>
    {
        if (verb == Verbs.Push)
        {
            push(to);
            return;
        }

        HostileServer.Record(to, 'J', $$"""{"headTarget":"refs/heads/main","refs":[{"name":"refs/heads/gone","id":"{{Id}}"}]}""");
        HostileServer.End(to);
    });

    private MeasuredRun Push(HostileServer server) => Run("push", "--delete", server.Address, "gone");

    private MeasuredRun Fetch(HostileServer server) =>
        Run("-c", "core.sshCommand=" + server.SshCommand(_files["ssh"]), "fetch", server.Address, "refs/heads/*:refs/remotes/x/*");

    private MeasuredRun Run(params string[] arguments) => MeasuredRun.Of(["--repo", _files["r"], .. arguments]);

    private List<byte[]> Frames(int count, int size)
    {
        string folder = _files["source"];
        Repository.Initialize(folder, isBare: true, TestRepository.Context);
        using Repository source = TestRepository.Open(folder);
        var ids = new List<ObjectId>();
        using (ObjectWriter writer = source.Store.BeginWrite(source.StoreOptions))
        {
            byte[] payload = new byte[size];
            for (int i = 0; i < count; i++)
            {
                BitConverter.TryWriteBytes(payload, i);
                ids.Add(writer.AddObject(ObjectKind.Commit, payload));
            }

            writer.Complete();
        }

        source.Store.Refresh();
        return SentFrames.Of(source, ids);
    }
}
