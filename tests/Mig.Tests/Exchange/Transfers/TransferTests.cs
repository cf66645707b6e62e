using Mig.Core;
using Mig.History.Refs;
using Mig.Images.Export;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;
using Mig.Versions.Commits;

namespace Mig.Tests.Exchange.Transfers;

public sealed class TransferTests : IDisposable
{
    private readonly TestRepository _here = new();
    private readonly TestRepository _there = new();
    private readonly Peers _peers = new();

    public static TheoryData<RemoteKind> Kinds => Peers.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_fetched_version_exports_bit_for_bit(RemoteKind kind)
    {
        string disk = TestDisks.Gpt(_there.Files, "disk.img");
        _there.Commit("disk.img");
        using (RemoteRepository remote = _peers.Open(kind, _there.Folder))
        using (Repository here = _here.Open())
        {
            FetchReport report = Peers.Fetch(remote, here);
            Assert.True(report.Transfer.Objects > 100);
            Assert.Empty(report.Shallow);
        }

        Judge.AssertSame(disk, _here.Export("out.img"));
        _here.AssertClean();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_pushed_version_exports_bit_for_bit(RemoteKind kind)
    {
        string disk = TestDisks.Gpt(_here.Files, "disk.img");
        _here.Commit("disk.img");
        using (RemoteRepository remote = _peers.Open(kind, _there.Folder))
        using (Repository here = _here.Open())
        {
            PushReport report = Peers.Push(remote, here);
            Assert.Null(Assert.Single(report.Results).Refusal);
        }

        string exported = TestRepository.Export(
            _there.Folder, new ExportRequest { Path = _there.Files["out.img"], Revision = "main", Overwrite = true });
        Judge.AssertSame(disk, exported);
        _there.AssertClean();
    }

    [Fact]
    public void What_the_other_side_has_does_not_move_again()
    {
        TestDisks.FileSystem(_here.Files, "disk.img", "-t ext4 -b 4096", "24M");
        _here.Commit("disk.img");
        using RemoteRepository remote = _peers.Open(RemoteKind.Folder, _there.Folder);
        long first, second;
        using (Repository here = _here.Open())
            first = Peers.Push(remote, here).Transfer.WireBytes;
        using (var mount = new LoopMount(_here.Files["disk.img"], "defaults"))
            File.WriteAllText(Path.Combine(mount.Path, "etc/motd"), "a new line\n");
        _here.Commit("disk.img");
        using (Repository here = _here.Open())
            second = Peers.Push(remote, here).Transfer.WireBytes;
        Assert.True(second < first / 10, $"{first} bytes first, {second} then");
        _there.AssertClean();
    }

    [Fact]
    public void Disks_made_apart_share_their_files_over_the_wire()
    {
        TestDisks.FileSystem(_there.Files, "one.img", "-t ext4 -b 4096", "24M");
        _there.Commit("one.img");
        _ = TestDisks.Sources(_there.Files);
        Directory.CreateDirectory(_here.Files.Path);
        Tool.Run("cp", "-a", _there.Files["sources"], _here.Files["sources"]);
        File.WriteAllText(_here.Files["sources/etc/extra"], "only here\n");
        TestDisks.FileSystem(_here.Files, "two.img", "-t ext4 -b 1024", "32M");
        _here.Commit(new CommitRequest { Disks = [_here.Files["two.img"]], Message = "apart" });
        using RemoteRepository remote = _peers.Open(RemoteKind.Folder, _there.Folder);
        using Repository here = _here.Open();
        here.Refs.Update(RefName.Branch("apart"), default(ObjectId), here.Refs.ReadHead().Id!.Value, here.Identity.Committer(), "branch");
        PushReport report = Peers.Push(remote, here, "apart");
        Assert.Null(report.Results[0].Refusal);

        // The files alone are 6 MiB; what is new is the file system around them.
        Assert.True(report.Transfer.Bytes < 2 << 20, $"{report.Transfer.Bytes} bytes moved");
        Judge.AssertSame(_here.Files["two.img"], TestRepository.Export(
            _there.Folder, new ExportRequest { Path = _there.Files["out.img"], Revision = "apart", Overwrite = true }));
    }

    [Fact]
    public void A_dry_run_says_what_would_move_and_moves_nothing()
    {
        TestDisks.FileSystem(_there.Files, "disk.img", "-t ext4 -b 1024", "16M");
        _there.Commit("disk.img");
        using RemoteRepository remote = _peers.Open(RemoteKind.Folder, _there.Folder);
        using Repository here = _here.Open();
        FetchReport report = Peers.Fetch(remote, here, request: new FetchRequest { Wants = [], DryRun = true });
        Assert.True(report.Transfer.Objects > 50);
        Assert.Equal(0, here.Store.Measure().Objects);
    }

    [Fact]
    public void A_push_that_loses_history_is_refused_unless_it_is_forced()
    {
        TestDisks.FileSystem(_there.Files, "disk.img", "-t ext4 -b 1024", "16M");
        _there.Commit("disk.img");
        TestDisks.FileSystem(_here.Files, "other.img", "-t ext4 -b 1024", "16M");
        _here.Commit("other.img");
        using RemoteRepository remote = _peers.Open(RemoteKind.Folder, _there.Folder);
        using Repository here = _here.Open();
        Assert.Contains("non-fast-forward", Peers.Push(remote, here).Results[0].Refusal, StringComparison.Ordinal);
        using (Repository there = _there.Open())
            Assert.NotEqual(here.Refs.ReadHead().Id, there.Refs.ReadHead().Id);
        Assert.Null(Peers.Push(remote, here, force: true).Results[0].Refusal);
        using (Repository there = _there.Open())
            Assert.Equal(here.Refs.ReadHead().Id, there.Refs.ReadHead().Id);
    }

    [Fact]
    public void Refs_of_an_atomic_push_move_together_or_not_at_all()
    {
        TestDisks.FileSystem(_here.Files, "disk.img", "-t ext4 -b 1024", "16M");
        CommitResult commit = _here.Commit("disk.img");
        using RemoteRepository remote = _peers.Open(RemoteKind.Folder, _there.Folder);
        using Repository here = _here.Open();
        PushUpdate good = new(RefName.Branch("good"), null, commit.Id!.Value.Value, false),
            stale = new(RefName.Branch("stale"), commit.Id.Value.Value, null, false);
        PushReport atomic = remote.Push(here.Store, new PushRequest { Updates = [good, stale] }, TestContext.Current.CancellationToken);
        Assert.All(atomic.Results, result => Assert.NotNull(result.Refusal));
        PushReport apart = remote.Push(
            here.Store, new PushRequest { Updates = [good, stale], Atomic = false }, TestContext.Current.CancellationToken);
        Assert.Equal([true, false], apart.Results.Select(result => result.Refusal is null));
    }

    [Fact]
    public void A_shallow_fetch_stops_where_it_was_told_and_can_be_deepened()
    {
        TestDisks.FileSystem(_there.Files, "disk.img", "-t ext4 -b 1024", "16M");
        for (int i = 0; i < 4; i++)
            _there.Commit(new CommitRequest { Disks = [_there.Files["disk.img"]], Message = $"version {i}", AllowEmpty = true });
        using RemoteRepository remote = _peers.Open(RemoteKind.Folder, _there.Folder);
        using Repository here = _here.Open();
        FetchReport two = Peers.Fetch(remote, here, request: new FetchRequest { Wants = [], Depth = 2 });
        ObjectId end = Assert.Single(two.Shallow);
        Assert.Single(here.Objects.ReadCommit(new CommitId(end)).Parents);
        FetchReport all = Peers.Fetch(remote, here, request: new FetchRequest { Wants = [], Depth = 100, Shallow = two.Shallow });
        Assert.Empty(all.Shallow);
        Assert.Equal(2, all.Transfer.Objects);
    }

    public void Dispose()
    {
        _peers.Dispose();
        _here.Dispose();
        _there.Dispose();
    }
}
