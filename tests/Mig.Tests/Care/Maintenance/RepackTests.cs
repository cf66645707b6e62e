using System.Globalization;
using Mig.Care.Maintenance;
using Mig.Core;
using Mig.Testing;
using Mig.Tests.Crashes;
using Mig.Tests.Support;

namespace Mig.Tests.Care.Maintenance;

/// <summary>What a commit compressed fast is stored smaller; every version comes out as it went in, whatever happens meanwhile.</summary>
public sealed class RepackTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private string Notes => Path.Combine(_repository.Folder, "repacked");

    // Files of one name differ in a few lines from version to version, and lie in directories that the disk holds far apart.
    [Fact]
    public void VersionsOfFilesAreStoredAsDifferences()
    {
        CommitSystems();
        long before = PackBytes();
        CollectionReport report = Repack();
        Assert.True(report.RepackedPacks > 0);
        Assert.Null(report.Blocker);
        Assert.True(PackBytes() < before * 0.8, $"{before} bytes before, {PackBytes()} after");
        AssertSystems();

        string notes = File.ReadAllText(Notes);
        Assert.Matches("^[0-9a-f]{64} 12\n$", notes);
        Assert.Equal(0, Repack().RepackedPacks);
        Assert.Equal(notes, File.ReadAllText(Notes));
        Assert.Equal(1, Repack(new RepackOptions { Level = 15, SmallestPack = 0 }).RepackedPacks);
        Assert.Matches("^[0-9a-f]{64} 15\n$", File.ReadAllText(Notes));
        AssertSystems();
    }

    [Fact]
    public void NotesOfAnythingAreNoHarm()
    {
        CommitSystems();
        Repack();
        File.WriteAllText(Notes, "x\n" + new string('7', 64) + " 19\n\0\n" + new string('8', 64) + " x y\n");
        Assert.Equal(1, Repack().RepackedPacks);
        AssertSystems();
    }

    [Fact]
    public void CollectionsLeaveSmallPacksAlone()
    {
        CommitSystems();
        CollectionReport report = Repack(new RepackOptions());
        Assert.Equal(0, report.RepackedPacks);
        Assert.False(File.Exists(Notes));
    }

    // The clock moves with the bytes that are done: after the first window the time is over.
    [Fact]
    public void WhatATimeLimitLeavesIsDoneByTheNextRun()
    {
        byte[] disk = MixedBytes.Make(70 << 20, 1);
        _repository.Files.Write("disk", disk);
        _repository.Commit("disk");
        int packs = PackNames().Count;
        var clock = new ManualClock();
        using (Repository repository = Repository.Open(_repository.Folder, TestRepository.Context with { Clock = clock }))
        {
            CollectionReport report = new GarbageCollection(repository, new CollectionOptions
            {
                GarbageTolerated = 100,
                Repack = new RepackOptions { Level = 4, SmallestPack = 0, Budget = TimeSpan.FromSeconds(1) },
                Progress = new Ticking(clock),
            }).Run(TestContext.Current.CancellationToken);
            Assert.True(report.LeftBytes > 0);
            Assert.Equal(packs + 1, report.PacksAfter);
        }

        string first = File.ReadAllText(Notes);
        Judge.AssertSame(_repository.Files["disk"], _repository.Export("out"));
        CollectionReport rest = Repack(new RepackOptions { Level = 4, SmallestPack = 0 });
        Assert.Equal(0, rest.LeftBytes);
        Assert.Contains(first, File.ReadAllText(Notes), StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(Notes).Length);
        Judge.AssertSame(_repository.Files["disk"], _repository.Export("out"));
        _repository.AssertClean();
    }

    [Fact]
    public void KilledAtEveryStepItLosesNothing()
    {
        _repository.Files.Write("disk", MixedBytes.Make(300_000, 1));
        _repository.Commit("disk");
        string copy = _repository.Files["copy"];
        int points = Killing.AtEveryStep(["--repo", copy, "repack"], () => Reset(copy), () =>
        {
            Assert.Empty(TestRepository.Check(copy).Problems);
            using Repository repository = TestRepository.Open(copy);
            new GarbageCollection(repository, All(new RepackOptions { SmallestPack = 0 })).Run(TestContext.Current.CancellationToken);
            Assert.Empty(TestRepository.Check(copy).Problems);
            Assert.Equal(2, PackNames(copy).Count);
        });
        Assert.True(points > 10 / Killing.Stride, $"{points} steps");
    }

    [Fact]
    public void WhateverFailsLeavesAllVersions()
    {
        _repository.Files.Write("disk", MixedBytes.Make(300_000, 1));
        _repository.Commit("disk");
        string copy = _repository.Files["copy"];
        int failed = FaultLoop.Run(copy, () => Reset(copy), () =>
        {
            using Repository repository = TestRepository.Open(copy);
            CollectionReport report = new GarbageCollection(repository, All(new RepackOptions { SmallestPack = 0 }))
                .Run(TestContext.Current.CancellationToken);
            if (report.Blocker is { } blocker)
                throw new IOException(blocker);
        }, () => Assert.Empty(TestRepository.Check(copy).Problems), () =>
        {
            Assert.Empty(TestRepository.Check(copy).Problems);
            Assert.Equal(2, PackNames(copy).Count);
        });
        Assert.True(failed > 1, $"{failed} failed");
    }

    [Fact]
    public void DamageIsNotGivenANewChecksum()
    {
        CommitSystems();
        string pack = PackNames().Select(name => Path.Combine(_repository.Folder, "packs", name)).MaxBy(path => new FileInfo(path).Length)!;
        Damage.FlipBitInFile(pack, new FileInfo(pack).Length / 2 * 8);
        CorruptStoreException e = Assert.Throws<CorruptStoreException>(() => Repack());
        Assert.Contains(Path.GetFileName(pack), e.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(pack));
    }

    public void Dispose() => _repository.Dispose();

    private static CollectionOptions All(RepackOptions repack) => new()
    {
        PruneBefore = DateTime.MaxValue, GarbageTolerated = 100,
        Repack = repack
    };

    private CollectionReport Repack(RepackOptions? options = null)
    {
        using Repository repository = _repository.Open();
        return new GarbageCollection(repository, All(options ?? new RepackOptions { SmallestPack = 0 }))
            .Run(TestContext.Current.CancellationToken);
    }

    // Three systems of 300 files that nobody can guess; each version differs from the one before in a line of every file.
    private void CommitSystems()
    {
        var random = new Random(1);
        for (int version = 0; version < 3; version++)
        {
            string root = _repository.Files[$"tree{version}"];
            for (int file = 0; file < 300; file++)
            {
                string folder = Directory.CreateDirectory(Path.Combine(root, $"d{file % 17}")).FullName;
                string text = version == 0
                    ? string.Concat(Enumerable.Range(0, 200).Select(_ => random.Next().ToString("x8", CultureInfo.InvariantCulture) + "\n"))
                    : File.ReadAllText(Path.Combine(_repository.Files[$"tree{version - 1}"], $"d{file % 17}", $"f{file}.conf"));
                File.WriteAllText(Path.Combine(folder, $"f{file}.conf"), text + $"version {version}\n");
            }

            Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", root, _repository.Files.Sparse($"disk{version}", 8 << 20));
            _repository.Commit($"disk{version}");
        }
    }

    private void AssertSystems()
    {
        for (int version = 0; version < 3; version++)
            Judge.AssertSame(_repository.Files[$"disk{version}"], _repository.Export("out", revision: $"HEAD~{2 - version}"));
        _repository.AssertClean();
    }

    private void Reset(string copy)
    {
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
        TestFolder.Copy(_repository.Folder, copy);
    }

    private long PackBytes() => PackNames().Sum(name => new FileInfo(Path.Combine(_repository.Folder, "packs", name)).Length);

    private IReadOnlyList<string> PackNames() => PackNames(_repository.Folder);

    private static IReadOnlyList<string> PackNames(string folder) =>
        [.. new DirectoryInfo(Path.Combine(folder, "packs")).GetFiles("*.pack").Select(file => file.Name)];

    private sealed class Ticking(ManualClock clock) : IProgressSink
    {
        public void Begin(string phase, long totalBytes)
        {
        }

        public void Advance(long bytes) => clock.Advance(TimeSpan.FromSeconds(1));
    }
}
