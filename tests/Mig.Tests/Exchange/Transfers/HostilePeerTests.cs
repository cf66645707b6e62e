using Mig.Core;
using Mig.Exchange.Serving;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Exchange;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer.Protocol;
using Mig.Transfer.Serving;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>A client that does not keep to the protocol, or to the truth: the repository that it talks to stays as it was.</summary>
public sealed class HostilePeerTests : IDisposable
{
    private readonly TestRepository _victim = new();
    private readonly TestRepository _source = new();
    private readonly ObjectId _commit;

    public HostilePeerTests()
    {
        TestDisks.FileSystem(_source.Files, "disk.img", "-t ext4 -b 1024", "16M");
        _commit = _source.Commit("disk.img").Id!.Value.Value;
        TestDisks.FileSystem(_victim.Files, "mine.img", "-t ext2 -b 1024", "8M");
        _victim.Commit("mine.img");
    }

    [Theory]
    [InlineData("refs/heads/../../config")]
    [InlineData("refs/heads/a.lock")]
    [InlineData("HEAD")]
    [InlineData("config")]
    [InlineData("refs/heads/\u0007")]
    [InlineData("/etc/passwd")]
    [InlineData("refs/heads/a//b")]
    public void A_ref_name_that_leads_elsewhere_is_refused(string name)
    {
        MessageReader answer = Ask(writer => Push(writer, name, _commit.ToString(), []));
        AssertError(answer, "usage");
    }

    [Fact]
    public void A_commit_without_what_it_names_never_becomes_visible()
    {
        MessageReader answer = Ask(writer => Push(writer, "refs/heads/half", _commit.ToString(), FramesOf([_commit])));
        AssertError(answer, "corruptStore");
        using Repository victim = _victim.Open();
        Assert.False(victim.Store.Contains(_commit));
    }

    [Fact]
    public void A_ref_to_what_is_not_there_is_refused()
    {
        MessageReader answer = Ask(writer => Push(writer, "refs/heads/nothing", new string('7', 64), []));
        Assert.True(answer.Read());
        Assert.Equal(RecordType.Json, answer.Type);
        Assert.NotNull(answer.ParseJson(ProtocolJson.Default.ResultsMessage).Refusals[0]);
    }

    [Fact]
    public void A_blob_among_manifests_and_a_manifest_among_contents_are_refused()
    {
        ObjectId blob = AnyBlob();
        AssertError(Ask(writer => Push(writer, "refs/heads/x", _commit.ToString(), FramesOf([blob]))), "corruptStore");
        AssertError(Ask(writer => Put(writer, FramesOf([_commit]))), "corruptStore");
    }

    // Bits of every part of a frame: what comes in whole is what was sent, or nothing.
    [Fact]
    public void A_frame_with_a_bit_flipped_is_refused()
    {
        byte[] frame = FramesOf([AnyBlob()]).Single();
        AssertAnswered(Ask(writer => Put(writer, [frame]))); // the control
        for (int bit = 0; bit < Math.Min(frame.Length, 400) * 8; bit += 29)
        {
            byte[] damaged = [.. frame];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertError(Ask(writer => Put(writer, [damaged])), "corruptStore");
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0x7F, (byte)'F' })] // 2 GiB are claimed
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, (byte)'F' })]
    [InlineData(new byte[] { 3, 0, 0, 0, (byte)'?', 1, 2, 3 })]
    [InlineData(new byte[] { 2, 0, 0, 0, (byte)'Q', (byte)'{', (byte)'!' })]
    [InlineData(new byte[] { 4, 0, 0, 0, (byte)'Q', (byte)'n', (byte)'u', (byte)'l', (byte)'l' })]
    [InlineData(new byte[] { 15, 0, 0, 0, (byte)'Q', (byte)'{', (byte)'"', (byte)'v', (byte)'e', (byte)'r', (byte)'b', (byte)'"', (byte)':',
        (byte)'"', (byte)'x', (byte)'y', (byte)'z', (byte)'"', (byte)'}', 0, 0, 0, 0, (byte)'.' })]
    [InlineData(new byte[] { 33, 0, 0, 0, (byte)'Q', (byte)'{', (byte)'"', (byte)'v', (byte)'e', (byte)'r', (byte)'b', (byte)'"', (byte)':',
        (byte)'"', (byte)'p', (byte)'u', (byte)'s', (byte)'h', (byte)'"', (byte)',', (byte)'"', (byte)'u', (byte)'p', (byte)'d', (byte)'a',
        (byte)'t', (byte)'e', (byte)'s', (byte)'"', (byte)':', (byte)'[', (byte)'n', (byte)'u', (byte)'l', (byte)'l', (byte)']', (byte)' ',
        (byte)'}', 0, 0, 0, 0, (byte)'.' })]
    [InlineData(new byte[] { 71, 69, 84, 32, 47, 32, 72, 84, 84, 80 })]
    public void Bytes_that_are_no_message_end_in_an_error(byte[] bytes)
    {
        long before = GC.GetTotalAllocatedBytes();
        AssertError(Talk(stream => stream.Write(bytes)), null);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 64 << 20);
    }

    [Fact]
    public void More_ids_than_allowed_and_ids_that_do_not_add_up_are_refused()
    {
        AssertError(Ask(writer =>
        {
            writer.WriteJson(RecordType.Request, new RequestMessage(Verbs.Has), ProtocolJson.Default.RequestMessage);
            writer.WriteIds(Enumerable.Repeat(_commit, ProtocolLimits.MaxIds + 1));
            writer.End();
        }), "usage");
        AssertError(Ask(writer =>
        {
            writer.WriteJson(RecordType.Request, new RequestMessage(
                Verbs.Commits)
            { Wants = int.MaxValue, Haves = 2, Shallows = int.MinValue }, ProtocolJson.Default.RequestMessage);
            writer.WriteIds([_commit]);
            writer.End();
        }), "usage");
    }

    [Fact]
    public void What_exceeds_the_limit_of_a_push_is_refused()
    {
        Config("receive.maxInputSize", "1000");
        AssertError(Ask(writer => Put(writer, FramesOf(AllBlobs()))), "usage");
    }

    public void Dispose()
    {
        Assert.Empty(_victim.Check().Problems);
        using (Repository victim = _victim.Open())
            Assert.Equal([RefName.Branch("main")], victim.Refs.List().Select(item => item.Name));
        _victim.Dispose();
        _source.Dispose();
    }

    private void Config(string key, string value) => Tool.Run(MigProgram.Path, "--repo", _victim.Folder, "config", key, value);

    private ObjectId AnyBlob() => AllBlobs()[0];

    private List<ObjectId> AllBlobs()
    {
        using Repository source = _source.Open();
        var blobs = new List<ObjectId>();
        for (int prefix = 0; prefix < 256; prefix++)
            blobs.AddRange(source.Store.FindByPrefix(prefix.ToString("x2", System.Globalization.CultureInfo.InvariantCulture))
                .Where(found => found.Kind == ObjectKind.Blob).Select(found => found.Id));
        return blobs;
    }

    private List<byte[]> FramesOf(IReadOnlyList<ObjectId> ids)
    {
        using Repository source = _source.Open();
        return SentFrames.Of(source, ids);
    }

    private static void Push(MessageWriter writer, string name, string id, IEnumerable<byte[]> frames)
    {
        writer.WriteJson(RecordType.Request, new RequestMessage(Verbs.Push) { Updates = [new UpdateMessage(name, null, id, true)] },
            ProtocolJson.Default.RequestMessage);
        foreach (byte[] frame in frames)
            writer.Write(RecordType.Frame, frame);
        writer.End();
    }

    private static void Put(MessageWriter writer, IEnumerable<byte[]> frames)
    {
        writer.WriteJson(RecordType.Request, new RequestMessage(Verbs.Put), ProtocolJson.Default.RequestMessage);
        foreach (byte[] frame in frames)
            writer.Write(RecordType.Frame, frame);
        writer.End();
    }

    private MessageReader Ask(Action<MessageWriter> write) => Talk(stream => write(new MessageWriter(stream)));

    // The whole request first, then the whole answer.
    private MessageReader Talk(Action<Stream> write)
    {
        using var request = new MemoryStream();
        write(request);
        request.Position = 0;
        var answer = new MemoryStream();
        using (RepositoryService service = ServedRepository.Open(_victim.Folder, TestRepository.Context))
            service.Run(request, answer, TestContext.Current.CancellationToken);
        return new MessageReader(new MemoryStream(answer.ToArray()), "the server");
    }

    private static void AssertError(MessageReader answer, string? kind)
    {
        while (answer.TryRead() && answer.Type != RecordType.Error)
        {
        }

        Assert.Equal(RecordType.Error, answer.Type);
        ErrorMessage error = answer.ParseJson(ProtocolJson.Default.ErrorMessage);
        if (kind is not null)
            Assert.Equal(kind, error.Kind);
    }

    private static void AssertAnswered(MessageReader answer)
    {
        while (answer.Read())
        {
        }
    }

}
