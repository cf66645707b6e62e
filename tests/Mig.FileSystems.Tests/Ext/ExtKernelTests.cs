using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>
/// What the kernel writes in every variant of the format is read as the kernel reads it; and free space as <c>dumpe2fs</c> does.
/// </summary>
public sealed class ExtKernelTests : IDisposable
{
    private const string Smallest = "64M";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, int> Variants => new()
    {
        { "ext2", "-t ext2 -b 1024", 300 },
        { "ext2", "-t ext2 -b 4096", 300 },
        { "ext2", "-t ext2 -b 2048 -O ^dir_index,^filetype,^sparse_super,^resize_inode -I 128", 300 },
        { "ext3", "-t ext3 -b 1024", 300 },
        { "ext3", "-t ext3 -b 4096 -I 128", 300 },
        { "ext4", "-t ext4 -b 4096", 12000 },
        { "ext4", "-t ext4 -b 1024", 12000 },
        { "ext4", "-t ext4 -b 2048 -O ^64bit", 300 },
        { "ext4", "-t ext4 -b 1024 -O ^extents,^64bit", 300 },
        { "ext4", "-t ext4 -b 1024 -O ^metadata_csum,uninit_bg", 300 },
        { "ext4", "-t ext4 -b 4096 -O ^metadata_csum,uninit_bg,^64bit", 300 },
        { "ext4", "-t ext4 -b 4096 -O ^metadata_csum", 300 },
        { "ext4", "-t ext4 -b 1024 -g 1024 -O meta_bg,^resize_inode", 300 },
        { "ext4", "-t ext4 -b 1024 -O ^flex_bg", 300 },
        { "ext4", "-t ext4 -b 1024 -g 2048 -G 4", 300 },
        { "ext4", "-t ext4 -b 4096 -O bigalloc -C 16384", 300 },
        { "ext4", "-t ext4 -b 1024 -O bigalloc -C 16384", 300 },
        { "ext4", "-t ext4 -b 1024 -O sparse_super2", 300 },
        { "ext4", "-t ext4 -b 4096 -O inline_data", 300 },
        { "ext4", "-t ext4 -b 4096 -O inline_data,^metadata_csum -I 1024", 300 },
        { "ext4", "-t ext4 -b 4096 -O ea_inode", 300 },
        { "ext4", "-t ext4 -b 1024 -O ea_inode,inline_data", 300 },
        { "ext4", "-t ext4 -b 1024 -O ^dir_index", 6000 },
        { "ext4", "-t ext4 -b 1024 -O large_dir", 12000 },
        { "ext4", "-t ext4 -b 4096 -O ^huge_file,^dir_nlink,^extra_isize", 300 },
        { "ext4", "-t ext4 -b 4096 -O orphan_file,metadata_csum_seed,mmp,encrypt,fast_commit,stable_inodes,verity", 300 },
        { "ext4", "-t ext4 -b 4096 -O ^has_journal -I 512", 300 },
        { "ext4", "-t ext4 -b 4096 -I 4096 -N 2000", 300 },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void WhatTheKernelWritesIsReadAsTheKernelReadsIt(string type, string options, int bigCount)
    {
        string image = _folder.File("image");
        ExtImages.MakeMounted(image, Smallest, options, "defaults", bigCount);
        IReadOnlyList<TreeEntry> expected;
        using (var mount = new LoopMount(image, "ro"))
            expected = HostTree.Read(mount.Path, ExtImages.VisibleAttributes);
        Assert.True(expected.Count > 300 + bigCount / 2);

        IReadOnlyList<TreeEntry> actual = VolumeTree.Read(image, ExtImages.VisibleAttributes);

        TreeComparison.AssertEqual(expected, actual);
        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        Assert.Equal(type, fileSystem.Info.Type);
        Assert.Equal(Tool.Read("blkid", "-p", "-s", "TYPE", "-o", "value", image).Trim(), fileSystem.Info.Type);
        Assert.Equal(Tool.Read("blkid", "-p", "-s", "UUID", "-o", "value", image).Trim(), fileSystem.Info.Uuid);
        Assert.Empty(fileSystem.Info.Notes);
        int clusterSize = options.Contains("-C 16384", StringComparison.Ordinal) ? 16384 : fileSystem.Info.BlockSize;
        ExtFreeSpace.AssertAsDumpe2fs(image, clusterSize, fileSystem);
        ExtFreeSpace.AssertNoFileIsFree(fileSystem);
    }

    public void Dispose() => _folder.Dispose();
}
