using System.Text;
using Mig.Care.Checks;
using Mig.Care.Maintenance;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Purging;
using Mig.Exchange.Remotes;
using Mig.FileSystems;
using Mig.History.Refs;
using Mig.Images.Export;
using Mig.Images.Sessions;
using Mig.Testing;
using Mig.Tests.Exchange.Transfers;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;
using Mig.Versions.Commits;

namespace Mig.Tests.Crashes;

/// <summary>
/// A write, a sync, a rename or a read of a repository fails, at every step of every command: the old state or the new one is there and
/// whole, and the same command gets through once nothing fails. eng/faults.sh takes every step and every error.
/// </summary>
public sealed class FaultTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly byte[] _old = Noise(150_016, 1);
    private readonly byte[] _new = Noise(900_096, 2);

    public static TheoryData<RemoteKind> Kinds { get; } = [RemoteKind.Folder, RemoteKind.Http];

    private string Copy => _repository.Files["copy"];

    // The repository has enough indexes that the next one merges some.
    [Fact]
    public void Commit()
    {
        for (int i = 0; i < 5; i++)
            CommitDisk("other", Noise(4096, 10 + i));
        CommitDisk("old", _old);
        _repository.Files.Write("new", _new);
        int failed = FaultLoop.Run(Copy, Reset, () =>
            TestRepository.Commit(Copy, new CommitRequest { Disks = [_repository.Files["new"]], Message = "new" }), () =>
            AssertSound(Copy, _old, _new), () => AssertSound(Copy, _new));
        Assert.True(failed > 1, $"{failed} failed");
    }

    [Fact]
    public void Edit()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 1024", "8M");
        _repository.Commit("disk");
        byte[] content = Noise(200_000, 3);
        int failed = FaultLoop.Run(Copy, Reset, () => PutOnce(Copy, "/etc/put", content), () =>
            Assert.Empty(TestRepository.Check(Copy).Problems), () =>
        {
            TestRepository.Export(Copy, new ExportRequest { Path = _repository.Files["out"], Format = "raw", Overwrite = true });
            Tool.Run("e2fsck", "-fn", _repository.Files["out"]);
            Tool.Run("debugfs", "-R", $"dump /etc/put {_repository.Files["file"]}", _repository.Files["out"]);
            Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(_repository.Files["file"])), "another content");
        });
        Assert.True(failed > 1, $"{failed} failed");
    }

    // The session and its branch go on together.
    [Fact]
    public void SessionCommit()
    {
        CommitDisk("disk", _old);
        using (Repository repository = _repository.Open())
        {
            repository.Sessions.Start("s", "main");
            using OpenSession session = repository.Sessions.Open("s");
            session.Disks[0].Write(0, _new.AsSpan(0, _old.Length));
            session.Flush();
        }

        byte[] written = _new[.._old.Length];
        int failed = FaultLoop.Run(Copy, Reset, () =>
        {
            using Repository repository = TestRepository.Open(Copy);
            repository.Sessions.Commit("s", "new", cancellation: TestContext.Current.CancellationToken);
        }, () =>
        {
            AssertSound(Copy, _old, written);
            using Repository repository = TestRepository.Open(Copy);
            using OpenSession session = repository.Sessions.Open("s");
            byte[] held = new byte[_old.Length];
            session.Disks[0].ReadExactly(0, held);
            Assert.True(written.AsSpan().SequenceEqual(held), "the session holds something else");
            Assert.Equal(repository.Revisions.ResolveCommit("main"), session.File.Base);
        }, () => AssertSound(Copy, written));
        Assert.True(failed > 1, $"{failed} failed");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Push(RemoteKind kind)
    {
        CommitDisk("old", _old);
        MakeTarget();
        CommitDisk("new", _new);
        int failed = FaultLoop.Run(Copy, Reset("target"), () =>
        {
            using var peers = new Peers();
            using RemoteRepository remote = peers.Open(kind, Copy);
            using Repository here = _repository.Open();
            Assert.Null(Peers.Push(remote, here).Results[0].Refusal);
        }, () => AssertSound(Copy, _old, _new), () => AssertSound(Copy, _new));
        Assert.True(failed > 1, $"{failed} failed");
    }

    // Here the side that gives fails to read: what has come is kept, and what has not is not taken for here.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void FetchFromWhatCannotBeRead(RemoteKind kind)
    {
        CommitDisk("old", _old);
        MakeTarget();
        CommitDisk("new", _new);
        int failed = FaultLoop.Run(_repository.Folder, Reset("target"), () => Fetch(kind), () => AssertSound(Copy, _old, _new), () =>
            AssertSound(Copy, _new));
        Assert.True(failed > 1, $"{failed} failed");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void FetchIntoWhatCannotBeWritten(RemoteKind kind)
    {
        CommitDisk("old", _old);
        MakeTarget();
        CommitDisk("new", _new);
        int failed = FaultLoop.Run(Copy, Reset("target"), () => Fetch(kind), () => AssertSound(Copy, _old, _new), () =>
            AssertSound(Copy, _new));
        Assert.True(failed > 1, $"{failed} failed");
    }

    [Fact]
    public void Clone()
    {
        CommitDisk("new", _new);
        string clone = _repository.Files["clone"];
        var options = new CloneOptions { Address = _repository.Folder, Directory = clone, BaseFolder = "/", IsBare = true };
        int failed = FaultLoop.Run(clone, () => Delete(clone), () =>
        {
            Delete(clone); // on a medium where nothing can be deleted any more, a part is left
            new CloneOperation(options, TestRepository.Context).Run(TestContext.Current.CancellationToken);
        }, () =>
        {
            if (File.Exists(Path.Combine(clone, "HEAD")))
                Assert.Empty(TestRepository.Check(clone).Problems);
        }, () => AssertSound(clone, _new));
        Assert.True(failed > 1, $"{failed} failed");
    }

    // What is wanted is written anew, and what is not goes.
    [Fact]
    public void Collect()
    {
        CommitDisk("old", _old);
        ObjectId kept;
        using (Repository repository = _repository.Open())
            kept = repository.Refs.ReadHead().Id!.Value;
        for (int i = 0; i < 9; i++)
            CommitDisk("other", Noise(4096, 10 + i));
        CommitDisk("new", _new);
        using (Repository repository = _repository.Open())
            repository.Refs.Update(RefName.Branch("main"), null, kept, repository.Identity.Committer(), "back");
        var everything = new CollectionOptions
        {
            PruneBefore = DateTime.MaxValue, ExpireLogsBefore = DateTime.MaxValue,
            GarbageTolerated = 0
        };
        int failed = FaultLoop.Run(Copy, Reset, () =>
        {
            using Repository repository = TestRepository.Open(Copy);
            new GarbageCollection(repository, everything).Run(TestContext.Current.CancellationToken);
        }, () => AssertSound(Copy, _old), () => AssertSound(Copy, _old));
        Assert.True(failed > 1, $"{failed} failed");
        Assert.Equal(0, TestRepository.Check(Copy).Unreachable);
    }

    // A repair that fails leaves what there was, no more damaged than before; the next one ends it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Repair(bool isIndexDamaged)
    {
        CommitDisk("old", _old);
        CommitDisk("new", _new);
        string good = _repository.Files["good"];
        TestFolder.Copy(_repository.Folder, good);
        DamageLargest(_repository.Folder, isIndexDamaged ? "*.idx" : "*.pack");
        int problems = TestRepository.Check(_repository.Folder).Problems.Count;
        Assert.True(problems > 0);
        int failed = FaultLoop.Run(Copy, Reset, () =>
        {
            using Repository repository = TestRepository.Open(Copy);
            Assert.Equal(0, new RepositoryRepair(repository).Run(good, NoProgress.Instance, TestContext.Current.CancellationToken).Missing);
        }, () => Assert.True(TestRepository.Check(Copy).Problems.Count <= problems), () => AssertSound(Copy, _new));
        Assert.True(failed > 1, $"{failed} failed");
    }

    [Fact]
    public void Purge()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 1024", "8M");
        _repository.Commit("disk");
        Put(_repository.Folder, "/etc/secret", Encoding.UTF8.GetBytes("this must go, whatever fails\n"));
        int failed = FaultLoop.Run(Copy, Reset, () =>
        {
            using Repository repository = TestRepository.Open(Copy);
            new ContentPurger(repository).Run(new PurgeRequest { Paths = ["/etc/secret"] }, TestContext.Current.CancellationToken);
        }, () => Assert.Empty(TestRepository.Check(Copy).Problems), () => Assert.Empty(TestRepository.Check(Copy).Problems));
        Assert.True(failed > 1, $"{failed} failed");
    }

    public void Dispose() => _repository.Dispose();

    internal static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Turns a bit in the largest file of a kind, long after it was written, as damage is found.</summary>
    internal static void DamageLargest(string repository, string pattern)
    {
        string damaged = Directory.EnumerateFiles(Path.Combine(repository, "packs"), pattern).MaxBy(path => new FileInfo(path).Length)!;
        byte[] bytes = File.ReadAllBytes(damaged);
        bytes[bytes.Length / 2] ^= 0x10;
        Tool.Run("chmod", "u+w", damaged);
        File.WriteAllBytes(damaged, bytes);
        File.SetLastWriteTimeUtc(damaged, DateTime.UtcNow.AddHours(-1));
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static void Put(string folder, string path, byte[] content)
    {
        using Repository repository = TestRepository.Open(folder);
        new ImageEditor(repository).Commit(new EditRequest { Message = "an edit" }, edit =>
        {
            IFileSystemWriter writer = edit.OpenVolume(edit.Before.Disks[0], edit.Before.Disks[0].Volumes[0]);
            writer.CreateFile(Encoding.UTF8.GetBytes(path), new NodeMetadata(0x1A4), new MemorySource(content));
        }, TestContext.Current.CancellationToken);
    }

    // When only the last sync failed, the edit is there.
    private static void PutOnce(string folder, string path, byte[] content)
    {
        try
        {
            Put(folder, path, content);
        }
        catch (RefusedOperationException)
        {
            Killing.Say("it was there");
        }
    }

    // At the first break it gives up: a second try would hide most faults.
    private void Fetch(RemoteKind kind)
    {
        using var peers = new Peers();
        (RemoteAddress address, RemoteOptions options) = peers.Locate(kind, _repository.Folder);
        using RemoteRepository remote = RemoteRepository.Open(address, options with { Retries = RetryPolicy.Default with { Most = 0 } });
        using Repository here = TestRepository.Open(Copy);
        Peers.Fetch(remote, here);
    }

    private void MakeTarget() => TestFolder.Copy(_repository.Folder, _repository.Files["target"]);

    private void Reset() => Reset("repository")();

    private Action Reset(string from) => () =>
    {
        Delete(Copy);
        TestFolder.Copy(_repository.Files[from], Copy);
    };

    private void CommitDisk(string name, byte[] content)
    {
        _repository.Files.Write(name, content);
        _repository.Commit(name);
    }

    private void AssertSound(string folder, params byte[][] contents)
    {
        Assert.Empty(TestRepository.Check(folder).Problems);
        byte[] found = File.ReadAllBytes(
            TestRepository.Export(folder, new ExportRequest { Path = _repository.Files["out"], Format = "raw", Overwrite = true }));
        Assert.True(contents.Any(content => content.AsSpan().SequenceEqual(found)), "another content");
    }
}
