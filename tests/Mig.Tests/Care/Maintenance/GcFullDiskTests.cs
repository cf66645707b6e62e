using System.Diagnostics;
using Mig.Care.Maintenance;
using Mig.Core;
using Mig.History.Refs;
using Mig.Images.Export;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Care.Maintenance;

/// <summary>A file system without a free byte is where a collection is needed most.</summary>
public sealed class GcFullDiskTests : IDisposable
{
    private readonly TestFolder _files = new();
    private readonly Mount _mount;

    public GcFullDiskTests()
    {
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", _files.Sparse("image", 24 << 20));
        _mount = Mount.Image(_files["image"]);
    }

    private string Folder => _mount["repository"];

    // Several indexes are merged into one by then, which names packs that go and packs that stay.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void WhatIsGarbageAltogetherGoes(int commits)
    {
        Repository.Initialize(Folder, isBare: true, TestRepository.Context);
        ObjectId? kept = null;
        for (int i = 1; i <= commits; i++)
            kept = Commit($"kept{i}", Noise(200_192, i));
        Commit("garbage", Noise(8_000_000, 100));
        GoBack(kept!.Value);
        Fill();
        AssertCollects(7_000_000);
        Judge.AssertSame(_files[$"kept{commits}"], Export());
    }

    // Nothing is garbage altogether: a little space is enough to write what is wanted of one pack, which frees that of the next.
    [Fact]
    public void PacksAreWrittenAnewOneByOne()
    {
        Repository.Initialize(Folder, isBare: true, TestRepository.Context);
        byte[] shared = Noise(1_000_000, 1);
        _files.Write("kept", shared);
        ObjectId first = Commit("mixed", [.. shared, .. Noise(5_000_000, 2)]);
        ObjectId second = Commit("mixed", [.. shared.AsSpan(0, 500_000), .. Noise(1_500_000, 3), .. Noise(4_000_000, 4)]);
        using (Repository repository = TestRepository.Open(Folder))
            repository.Refs.Delete(RefName.Branch("main"), null, repository.Identity.Committer(), "away");
        ObjectId kept = Commit("part", [.. shared, .. Noise(1_500_000, 3)]);
        Assert.NotEqual(first, second);
        GoBack(kept);
        Fill(leave: 4_500_000);
        AssertCollects(4_000_000);
        Judge.AssertSame(_files["part"], Export());
    }

    public void Dispose()
    {
        _mount.Dispose();
        _files.Dispose();
    }

    private static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private ObjectId Commit(string name, byte[] content)
    {
        _files.Write(name, content);
        return TestRepository.Commit(Folder, new CommitRequest { Disks = [_files[name]], Message = name }).Id!.Value.Value;
    }

    // No log leads to what is garbage from here on.
    private void GoBack(ObjectId id)
    {
        using Repository repository = TestRepository.Open(Folder);
        repository.Refs.Update(RefName.Branch("main"), null, id, repository.Identity.Committer(), "back");
        foreach (string cache in Directory.EnumerateFiles(Path.Combine(Folder, "cache"), "*", SearchOption.AllDirectories))
            File.Delete(cache);
        new GarbageCollection(repository, new CollectionOptions { ExpireLogsBefore = DateTime.MaxValue })
            .Run(TestContext.Current.CancellationToken);
    }

    private long Free() => new DriveInfo(_mount.Path).AvailableFreeSpace;

    private void Fill(long leave = 0)
    {
        Tool.Try("dd", "if=/dev/zero", $"of={_mount["ballast"]}", "bs=4k", $"count={Math.Max(0, Free() - leave) / 4096}", "status=none");
        if (leave > 0)
            return;
        for (int i = 0; Free() > 0 && i < 1000; i++)
            Tool.Try("dd", "if=/dev/zero", $"of={_mount[$"ballast{i}"]}", "bs=1k", "count=1", "status=none");
        Assert.Equal(0, Free());
    }

    private void AssertCollects(long least)
    {
        long before = Free();
        using Process gc = MigProgram.Start([], "--repo", Folder, "gc", "--prune=now", "--full");
        (int exitCode, string output) = MigProgram.Finish(gc);
        Assert.True(exitCode == 0, output);
        Assert.True(Free() - before > least, $"{Free() - before} bytes freed: {output}");
        Assert.DoesNotContain("still there", output, StringComparison.Ordinal);
        Assert.Empty(TestRepository.Check(Folder).Problems);
        Assert.DoesNotContain(TestRepository.Check(Folder).Warnings, warning => warning.Contains("pack", StringComparison.Ordinal));
    }

    private string Export() => TestRepository.Export(Folder, new ExportRequest { Path = _files["out"], Format = "raw", Overwrite = true });
}
