using Mig.Care.Checks;
using Mig.Core;
using Mig.Images.Export;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Crashes;

/// <summary>
/// The file system of the repository, or of the disk that is exported, is full: a clear error, the old state, and it works once there is
/// space.
/// </summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TestFolder _files = new();
    private readonly byte[] _old = Noise(200_192, 1);
    private readonly byte[] _new = Noise(1_500_160, 2);

    public FullDiskTests()
    {
        _files.Write("old", _old);
        _files.Write("new", _new);
    }

    [Fact]
    public void CommitIntoATmpfsOfEverySize()
    {
        int failed = 0, landed = 0;
        for (long space = 0; space < 2_000_000; space += space < 40_000 ? 4096 : space is > 1_480_000 and < 1_560_000 ? 4096 : 150_000)
        {
            using Mount mount = Mount.Memory(64 << 20);
            string repository = Prepare(mount);
            long used = new DriveInfo(mount.Path).TotalSize - new DriveInfo(mount.Path).AvailableFreeSpace;
            Tool.Run("mount", "-o", $"remount,size={used + space}", mount.Path);
            bool isThere = TryCommit(repository);
            failed += isThere ? 0 : 1;
            landed += isThere ? 1 : 0;
            AssertSound(repository, isThere ? _new : _old);
            Tool.Run("mount", "-o", $"remount,size={64 << 20}", mount.Path);
            if (!isThere)
                Assert.True(TryCommit(repository));
            AssertSound(repository, _new);
        }

        Assert.True(failed > 10 && landed > 0, $"{failed} failed, {landed} landed");
    }

    [Fact]
    public void CommitIntoAFullExt4()
    {
        string image = _files.Sparse("image", 4 << 20);
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", image);
        using Mount mount = Mount.Image(image);
        string repository = Prepare(mount);
        string ballast = mount["ballast"];
        Tool.Run("dd", "if=/dev/zero", $"of={ballast}", "bs=64k",
            $"count={(new DriveInfo(mount.Path).AvailableFreeSpace - 700_000) / 65536}", "status=none");
        Assert.False(TryCommit(repository));
        AssertSound(repository, _old);
        File.Delete(ballast);
        Assert.True(TryCommit(repository));
        AssertSound(repository, _new);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("vmdk:monolithicSparse")]
    [InlineData("vmdk:streamOptimized")]
    [InlineData("vmdk:monolithicFlat")]
    public void ExportIntoAFullFolderLeavesNothing(string format)
    {
        using var home = Mount.Memory(16 << 20);
        string repository = Prepare(home);
        Assert.True(TryCommit(repository));
        foreach (long size in (long[])[65_536, 300_000, 1_400_000])
        {
            using Mount mount = Mount.Memory(size);
            string target = mount["disk.vmdk"];
            Assert.Throws<IOException>(() => TestRepository.Export(repository, new ExportRequest { Path = target, Format = format }));
            Assert.Empty(Directory.EnumerateFileSystemEntries(mount.Path));
            Tool.Run("mount", "-o", "remount,size=16M", mount.Path);
            TestRepository.Export(repository, new ExportRequest { Path = target, Format = format });
            Assert.True(File.Exists(target));
        }
    }

    [Fact]
    public void AnExportThatFailsKeepsTheFileThatItWasToReplace()
    {
        using var home = Mount.Memory(16 << 20);
        string repository = Prepare(home);
        using Mount mount = Mount.Memory(400_000);
        string target = mount["disk"];
        TestRepository.Export(repository, new ExportRequest { Path = target, Format = "raw" });
        Assert.True(TryCommit(repository));
        Assert.Throws<IOException>(() =>
            TestRepository.Export(repository, new ExportRequest { Path = target, Format = "raw", Overwrite = true }));
        Assert.Equal(_old, File.ReadAllBytes(target));
        Assert.Single(Directory.EnumerateFileSystemEntries(mount.Path));
    }

    public void Dispose() => _files.Dispose();

    private static byte[] Noise(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private string Prepare(Mount mount)
    {
        string repository = mount["repository"];
        Repository.Initialize(repository, isBare: true, TestRepository.Context);
        TestRepository.Commit(repository, new CommitRequest { Disks = [_files["old"]], Message = "old" });
        return repository;
    }

    // A full disk is an IOException, whichever thread noticed it.
    private bool TryCommit(string repository)
    {
        try
        {
            return TestRepository.Commit(repository, new CommitRequest { Disks = [_files["new"]], Message = "new" }).Id is not null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void AssertSound(string repository, byte[] content)
    {
        CheckReport report = TestRepository.Check(repository);
        Assert.Empty(report.Problems);
        string path = TestRepository.Export(repository, new ExportRequest { Path = _files["out"], Format = "raw", Overwrite = true });
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(path)), "another content");
    }
}
