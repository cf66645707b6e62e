using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>The judges themselves: a comparison that never objects would prove nothing. And the reader under several threads.</summary>
public sealed class ExtJudgeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void TheComparisonObjectsToEveryChange()
    {
        string image = _folder.File("image");
        ExtImages.Make(image, "8M", "-t ext4 -b 1024 -O ^metadata_csum");
        IReadOnlyList<TreeEntry> expected;
        using (var mount = new LoopMount(image, "defaults"))
        {
            Tool.RunScript("cd \"$1\"; seq 1 1000 > file; ln -s target link; mknod device c 1 3; setfattr -n user.a -v b file", mount.Path);
            expected = HostTree.Read(mount.Path, ExtImages.VisibleAttributes);
        }

        TreeComparison.AssertEqual(expected, VolumeTree.Read(image, ExtImages.VisibleAttributes));
        string block = Tool.Read("debugfs", "-R", "blocks /file", image).Split(' ')[0];
        string[] changes =
        [
            "sif /file mode 0100600", "sif /file uid 7", "sif /file gid 7", "sif /file size 100", "sif /file mtime 1", "sif /file ctime 1",
                "sif /file mtime_extra 4",
            "sif /file links_count 5", "sif /file flags 0x80010", "sif /device block[0] 0x205", "ea_set /file user.a c",
            "ea_rm /file user.a", "ea_set /file user.b c",
            $"zap_block -p 1 {block}", "unlink /link", "ln /file /second", "mkdir /new", "sif /link block[0] 0x61616161",
        ];
        string changed = _folder.File("changed");
        foreach (string change in changes)
        {
            File.Copy(image, changed, overwrite: true);
            Tool.Read("debugfs", "-w", "-R", change, changed);

            Assert.True(TreeComparison.FindDifference(expected, VolumeTree.Read(changed, ExtImages.VisibleAttributes)) is not null, change);
        }
    }

    [Fact]
    public void TheFreeSpaceJudgeObjects()
    {
        string image = _folder.File("image");
        ExtImages.Make(image, "8M", "-t ext4 -b 1024 -O ^metadata_csum");
        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        ExtFreeSpace.AssertAsDumpe2fs(image, 1024, fileSystem);
        ByteRange free = fileSystem.GetFreeRanges().First();

        Tool.Read("debugfs", "-w", "-R", $"setb {free.Offset / 1024}", image);

        Assert.ThrowsAny<Exception>(() => ExtFreeSpace.AssertAsDumpe2fs(image, 1024, fileSystem));
    }

    [Fact]
    public void FreeSpaceIsNotTrustedAfterErrorsOrAnUncleanEnd()
    {
        string image = _folder.File("image");
        ExtImages.Make(image, "8M", "-t ext2 -b 1024");
        Assert.NotEmpty(ReadFree(image, out FileSystemInfo clean));
        Assert.Equal("", clean.FreeSpaceDoubt);
        Tool.Read("debugfs", "-w", "-R", "ssv state 0", image);
        Assert.Empty(ReadFree(image, out FileSystemInfo unclean));
        Assert.Contains("not unmounted", unclean.FreeSpaceDoubt, StringComparison.Ordinal);

        ExtImages.Make(image, "8M", "-t ext4 -b 1024");
        Tool.Read("debugfs", "-w", "-R", "ssv state 0", image);
        Assert.NotEmpty(ReadFree(image, out FileSystemInfo frozen)); // a frozen file system is not clean, but whole
        Assert.Equal("", frozen.FreeSpaceDoubt);
        Tool.Read("debugfs", "-w", "-R", "ssv state 3", image);
        Assert.Empty(ReadFree(image, out FileSystemInfo broken));
        Assert.Contains("recorded errors", broken.FreeSpaceDoubt, StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralThreadsReadTheSame()
    {
        string source = _folder.File("source");
        string image = _folder.File("image");
        Directory.CreateDirectory(source);
        SampleTree.Fill(source, 3000, isMounted: false);
        ExtImages.MakeFromFolder(image, "64M", "-t ext4 -b 1024", source);
        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        IReadOnlyList<TreeEntry> expected = VolumeTree.Read(fileSystem, volume, 0);

        var trees = new IReadOnlyList<TreeEntry>[8];
        using IFileSystem fresh = FileSystemFormats.Open(volume, Limits.Default)!;
        Parallel.For(0, trees.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            trees[i] = VolumeTree.Read(fresh, volume, 0));

        foreach (IReadOnlyList<TreeEntry> tree in trees)
            TreeComparison.AssertEqual(expected, tree);
    }

    [Fact]
    public void LabelAndSizeAreToldAsTheyAre()
    {
        string image = _folder.File("image");
        ExtImages.Make(image, "8M", "-t ext3 -b 2048 -L sixteen-letters! -U 01234567-89ab-cdef-0123-456789abcdef");
        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;

        Assert.Equal(("ext3", "sixteen-letters!", "01234567-89ab-cdef-0123-456789abcdef", 2048, 8 << 20),
            (fileSystem.Info.Type, fileSystem.Info.Label, fileSystem.Info.Uuid, fileSystem.Info.BlockSize, fileSystem.Info.Length));
    }

    public void Dispose() => _folder.Dispose();

    private static List<ByteRange> ReadFree(string image, out FileSystemInfo info)
    {
        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        info = fileSystem.Info;
        return [.. fileSystem.GetFreeRanges()];
    }
}
