using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.Exchange.Traces;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Testing;
using Mig.Tests.Exchange.Transfers;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Traces;

/// <summary>
/// A trace that is replayed in a partial clone, over lines that are bad: nobody waits for it, and its errors are nobody's.
/// </summary>
public sealed class TraceReplayTests : IDisposable
{
    private const int Length = 8 << 20;

    private readonly TestRepository _there = new();
    private readonly TestFolder _files = new();
    private readonly CountedServer _server;
    private readonly FaultyLine _line;
    private readonly Repository _clone;
    private readonly byte[] _bytes = MixedBytes.Make(Length, 9);
    private readonly CommitId _commit;
    private readonly ImageDisk _disk;

    public TraceReplayTests()
    {
        File.WriteAllBytes(_there.Files["disk.img"], _bytes);
        _there.Commit("disk.img");
        using (Repository there = _there.Open())
            new TraceNotes(there).Set(there.Revisions.ResolveCommit("HEAD"), new BootTrace([new TraceRange(0, 0, 24)]));
        _server = new CountedServer(_there.Folder);
        _line = new FaultyLine(_server.Address.Port, new LineFaults());
        MigProgram.Finish(MigProgram.Start(
            [], "clone", "-q", "--bare", "--filter=content", $"http://127.0.0.1:{_line.Port}/", _files["clone"]));
        _clone = TestRepository.Open(_files["clone"]);
        _commit = _clone.Revisions.ResolveCommit("HEAD");
        _disk = _clone.Objects.ReadImage(_clone.Objects.ReadCommit(_commit).Image).Disks[0];
        _ = _server.TakeCalls(atLeast: 1);
    }

    [Fact]
    public void What_a_trace_names_is_fetched_before_it_is_read_in_few_calls()
    {
        using var replay = new TraceReplay(_clone, _commit, 256 << 20, _ => { });
        ICachedSource disk = Watch(replay);
        replay.Start();
        Waiting.Until(() => replay.BroughtBytes == 6 << 20);
        Assert.InRange(_server.TakeCalls(atLeast: 6).Count, 6, 16); // a mebibyte each, in up to two streams
        Read(disk, 0, 6 << 20);
        Assert.Empty(_server.TakeCalls(atLeast: 0));

        // The control: what it does not name was not fetched.
        Assert.NotEmpty(OutsideTrace());
        Read(disk, 7 << 20, 4096);
        Assert.NotEmpty(_server.TakeCalls(atLeast: 1));
    }

    [Fact]
    public void A_replay_that_stands_still_keeps_nobody_waiting()
    {
        _line.Line = new LineFaults { StallEvery = 600 << 10 };
        var said = new List<string>();
        using (var replay = new TraceReplay(_clone, _commit, 256 << 20, said.Add))
        {
            ICachedSource disk = Watch(replay);
            replay.Start();
            Waiting.Until(() => _line.Faults > 0);
            long brought = replay.BroughtBytes;
            _line.Line = new LineFaults();
            Read(disk, 3 << 20, 4096);
            Assert.Equal(brought, replay.BroughtBytes);
        }

        Assert.Empty(said);
    }

    [Fact]
    public void An_error_of_a_replay_is_said_once_and_reaches_no_reader()
    {
        _line.Line = new LineFaults { CutAfter = 0 };
        var said = new List<string>();
        using var replay = new TraceReplay(_clone, _commit, 256 << 20, said.Add);
        ICachedSource disk = Watch(replay);
        replay.Start();
        Waiting.Until(() => said.Count > 0);
        Assert.StartsWith("the trace is not replayed any further: ", Assert.Single(said), StringComparison.Ordinal);

        // Who reads now gets an error of his own, and the content when the line is whole again.
        Assert.Throws<RemoteException>(() => Read(disk, 0, 4096));
        _line.Line = new LineFaults();
        Read(disk, 0, 4096);
        Assert.Single(said);
    }

    public void Dispose()
    {
        _clone.Dispose();
        _line.Dispose();
        _server.Dispose();
        _there.Dispose();
        _files.Dispose();
    }

    private ICachedSource Watch(TraceReplay replay) => replay.Watch(new StoredDisk(_clone.Store, _disk.Layout, _disk.Length));

    private void Read(ICachedSource disk, int offset, int length)
    {
        byte[] bytes = new byte[length];
        disk.ReadExactly(offset, bytes);
        Assert.True(bytes.AsSpan().SequenceEqual(_bytes.AsSpan(offset, length)), "it is not what was committed");
    }

    private IEnumerable<LayoutPiece> OutsideTrace() => new StoredDisk(_clone.Store, _disk.Layout, _disk.Length)
        .GetPieces(ByteRange.FromBounds(6 << 20, Length)).Where(piece => !_clone.Store.IsHere(piece.Blob.Value));
}
