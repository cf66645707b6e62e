using Mig.Core;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>Variants that the host's kernel may not mount are filled from a folder by <c>mke2fs -d</c>; the folder is the judge.</summary>
public sealed class ExtFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Variants =>
    [
        "-t ext4 -b 1024",
        "-t ext4 -b 8192",
        "-t ext4 -b 16384 -O ^metadata_csum",
        "-t ext4 -b 32768 -O bigalloc -C 65536",
        "-t ext4 -b 65536",
        "-t ext4 -b 65536 -O ^has_journal,^extents,^64bit,^metadata_csum",
        "-t ext4 -b 65536 -O inline_data -I 1024",
        "-t ext2 -b 65536",
        "-t ext2 -b 1024 -r 0",
        "-t ext4 -b 4096 -O casefold,encrypt,large_dir,ea_inode",
        "-t ext4 -b 4096 -O quota,project -E quotatype=usrquota:grpquota:prjquota",
        "-t ext4 -b 1024 -O inline_data",
    ];

    [Fact]
    public void WhatAFolderHoldsIsReadFromEveryVariant()
    {
        string source = _folder.File("source");
        Directory.CreateDirectory(source);
        SampleTree.Fill(source, 3000, isMounted: false);
        IReadOnlyList<TreeEntry> expected = [.. HostTree.Read(source, 0).Select(Simplify)];
        foreach (string options in Variants.Select(static row => row.Data))
        {
            string image = _folder.File("image");
            ExtImages.MakeFromFolder(image, "256M", options, source);

            using FileSource volume = FileSource.Open(image);
            using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
            IReadOnlyList<TreeEntry> actual = [.. ExtTree.Read(fileSystem, volume, 0).Where(static entry => entry.Path != "/lost\\x2bfound" && entry.Path != "/lost+found").Select(Simplify)];

            string? difference = TreeComparison.FindDifference(expected, actual);
            Assert.True(difference is null, $"{options}: {difference}");
            int clusterSize = options.Contains("-C 65536", StringComparison.Ordinal) ? 65536 : fileSystem.Info.BlockSize;
            ExtFreeSpace.AssertAsDumpe2fs(image, clusterSize, fileSystem);
            ExtFreeSpace.AssertNoFileIsFree(fileSystem);
            File.Delete(image);
        }
    }

    public void Dispose() => _folder.Dispose();

    // mke2fs 1.47.0 copies whole seconds.
    private static TreeEntry Simplify(TreeEntry entry) => entry with { ModifiedTime = entry.ModifiedTime.Split('.')[0], ChangedTime = "" };
}
