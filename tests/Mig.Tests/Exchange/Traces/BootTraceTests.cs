using System.Globalization;
using Mig.Core;
using Mig.Exchange.Traces;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Nbd;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Traces;

/// <summary>Traces: what is noted of a client's reads, and what a stranger may write into one.</summary>
public sealed class BootTraceTests : IDisposable
{
    private const int Block = BootTrace.BlockSize;

    private readonly TestRepository _repository = new();

    [Fact]
    public void Neighbours_in_order_are_one_range_of_at_most_16_MiB()
    {
        BootTrace trace = BootTrace.Of([(0, 5), (0, 6), (1, 7), (0, 4), .. Enumerable.Range(100, 65).Select(block => (0, (long)block))]);
        Assert.Equal([new(0, 5, 2), new(1, 7, 1), new(0, 4, 1), new(0, 100, 64), new(0, 164, 1)], trace.Ranges);
        Assert.Equal("mig-trace 1\n1 5 2\n2 7 1\n1 4 1\n1 100 64\n1 164 1\n", trace.ToText());
        Assert.Equal(trace.Ranges, BootTrace.Parse(trace.ToText(), "here", [1L << 30, 8 * Block]).Ranges);
    }

    [Theory]
    [InlineData("", "'mig-trace 1'")]
    [InlineData("mig-trace 2\n", "'mig-trace 1'")]
    [InlineData("mig-trace 1\n1 0 1", "line break")]
    [InlineData("mig-trace 1\n0 0 1\n", "a disk from 1 to 1")]
    [InlineData("mig-trace 1\n2 0 1\n", "a disk from 1 to 1")]
    [InlineData("mig-trace 1\n1 0 0\n", "1 to 64 blocks")]
    [InlineData("mig-trace 1\n1 0 65\n", "1 to 64 blocks")]
    [InlineData("mig-trace 1\n1 9 2\n", "before block 10")]
    [InlineData("mig-trace 1\n1 99999999999999 1\n", "three numbers")]
    [InlineData("mig-trace 1\n1 0 1\n1 -1 1\n", "line 3")]
    [InlineData("mig-trace 1\n1 0\n", "three numbers")]
    public void A_trace_of_a_stranger_does_not_lead_outside(string text, string said)
    {
        CorruptStoreException error = Assert.Throws<CorruptStoreException>(() => BootTrace.Parse(text, "here", [(10 * Block) - 1]));
        Assert.Equal("TRACE-001", error.Code);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Equal(9, BootTrace.Parse("mig-trace 1\n1 9 1\n", "here", [(10 * Block) - 1]).Ranges[0].First); // the control
    }

    [Theory]
    [InlineData(16385, 1, "at most 16384")]
    [InlineData(1025, 64, "at most 65536 in all")]
    public void A_trace_of_a_stranger_is_not_endless(int ranges, int blocks, string said)
    {
        string text = "mig-trace 1\n" + string.Concat(Enumerable.Repeat($"1 0 {blocks}\n", ranges));
        Assert.Contains(said, Assert.Throws<CorruptStoreException>(() => BootTrace.Parse(text, "here", [1L << 40])).Message,
            StringComparison.Ordinal);
    }

    // What qemu-io reads is what is noted, in its order; zeros are not, nor what is only brought to hand.
    [Fact]
    public async Task What_a_client_reads_is_noted_in_its_order()
    {
        (ImageDisk stored, Repository repository) = CommitDisk();
        using (repository)
        {
            var recorder = new TraceRecorder();
            ICachedSource disk = recorder.Watch(new StoredDisk(repository.Store, stored.Layout, stored.Length));
            disk.Prepare(new ByteRange(0, Block));
            string socket = _repository.Files["s"];
            await using (NbdServer.Start(new NbdServerOptions
            {
                Listen = new NbdEndpoint(socket, null), Exports = new OneDisk(disk), Clock = TimeProvider.System,
            }))
            {
                foreach (string read in (string[])["read 3M 4k", "read 1M 300k", "read 10M 64k", "read 3145000 600", "read 2621440 4k"])
                    Tool.Run("qemu-io", "-r", "-f", "raw", "-c", read, $"nbd+unix:///disk?socket={socket}");
            }

            TraceRange[] known = [.. recorder.Take().Ranges];
            recorder.Stop();
            Assert.Equal([new(0, 0, 1), new(0, 12, 1), new(0, 4, 2), new(0, 11, 1), new(0, 10, 1)],
                known.Prepend(new TraceRange(0, 0, 1)).DistinctBy(range => range.First));
            Assert.DoesNotContain(known, range => range.First is 8 or 40);
        }
    }

    [Fact]
    public void A_trace_stands_beside_its_version_and_another_one_finds_it()
    {
        (_, Repository repository) = CommitDisk();
        using (repository)
        {
            CommitId first = repository.Revisions.ResolveCommit("HEAD");
            var notes = new TraceNotes(repository);
            Assert.Null(notes.Find(first));
            Assert.Null(notes.FindNearest(first));
            notes.Set(first, new BootTrace([new TraceRange(0, 4, 2)]));
            notes.Set(first, new BootTrace([new TraceRange(0, 4, 3)]));
            Assert.Equal([new(0, 4, 3)], notes.Find(first)!.Ranges);
            Change(at: 1_300_000);
            repository.Store.Refresh();
            CommitId second = repository.Revisions.ResolveCommit("HEAD");
            Assert.NotEqual(first, second);
            Assert.Null(notes.Find(second));
            Assert.Equal(first, notes.FindNearest(second));

            // What has the same content: all but what the change lies in.
            StoredDisk[] disks = [.. new[] { first, second }.Select(id => repository.Objects.ReadImage(
                repository.Objects.ReadCommit(id).Image).Disks[0])
                .Select(disk => new StoredDisk(repository.Store, disk.Layout, disk.Length))];
            var whole = new ByteRange(1 << 20, 1 << 20);
            ByteRange[] same = [.. TraceReplay.FindEqual(disks[0], disks[1], whole)];
            Assert.NotEmpty(same);
            Assert.All(same, range => Assert.False(range.Offset <= 1_300_000 && range.End > 1_300_000));
            Assert.Equal([whole], TraceReplay.FindEqual(disks[0], disks[0], whole));
            Assert.Empty(_repository.Check().Problems);

            // The tag of one version in the place of another's.
            repository.Refs.Update(Mig.History.Refs.RefName.Tag(TraceNotes.NamePrefix + second.Value), default(ObjectId),
                repository.Refs.Resolve(Mig.History.Refs.RefName.Tag(TraceNotes.NamePrefix + first.Value))!.Value,
                Mig.Versions.Branches.ReflogSignature.Of(repository), "x");
            Assert.Contains("another version", Assert.Throws<CorruptStoreException>(() => notes.Find(second)).Message,
                StringComparison.Ordinal);
            notes.Drop(second);
            notes.Drop(first);
            Assert.Null(notes.FindNearest(second));
            Assert.Throws<NotFoundException>(() => notes.Drop(first));
        }
    }

    // The window is a quarter of the memory: so far ahead of the machine, and no further.
    [Fact]
    public void A_replay_keeps_to_its_memory_until_the_machine_has_read()
    {
        (ImageDisk stored, Repository repository) = CommitDisk();
        using (repository)
        {
            CommitId commit = repository.Revisions.ResolveCommit("HEAD");
            new TraceNotes(repository).Set(commit, new BootTrace([new TraceRange(0, 0, 32)]));
            var said = new List<string>();
            using var replay = new TraceReplay(repository, commit, memory: 8 << 20, said.Add);
            ICachedSource disk = replay.Watch(new StoredDisk(repository.Store, stored.Layout, stored.Length));
            replay.Start();
            Waiting.Until(() => replay.BroughtBytes >= 2 << 20);
            Assert.InRange(replay.BroughtBytes, 2 << 20, 3 << 20);
            byte[] bytes = new byte[Block];
            for (int block = 0; block < 32; block++)
                disk.ReadExactly((long)block * Block, bytes);
            Waiting.Until(() => replay.BroughtBytes == 8 << 20);
            Assert.Empty(said);
        }
    }

    public void Dispose() => _repository.Dispose();

    // Data but for [2M, 2.5M) and [10M, 12M), which are zeros.
    private (ImageDisk Disk, Repository Repository) CommitDisk()
    {
        byte[] bytes = MixedBytes.Make(12 << 20, 3);
        bytes.AsSpan(2 << 20, 1 << 19).Clear();
        bytes.AsSpan(10 << 20).Clear();
        File.WriteAllBytes(_repository.Files["disk.img"], bytes);
        _repository.Commit("disk.img");
        Repository repository = _repository.Open();
        return (repository.Objects.ReadImage(repository.Objects.ReadCommit(repository.Revisions.ResolveCommit("HEAD")).Image).Disks[0],
            repository);
    }

    private void Change(int at)
    {
        byte[] bytes = File.ReadAllBytes(_repository.Files["disk.img"]);
        bytes[at] ^= 1;
        File.WriteAllBytes(_repository.Files["disk.img"], bytes);
        _repository.Commit("disk.img");
    }

    private sealed class OneDisk(ICachedSource disk) : INbdExports
    {
        public IEnumerable<NbdExportEntry> List(NbdClient client) => [];

        public NbdExport Open(string name, NbdClient client) => new(name, "", disk, null);
    }
}
