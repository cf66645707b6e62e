using System.Globalization;
using Mig.Core;
using Mig.Testing;
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
            if (options.Contains("inline_data", StringComparison.Ordinal))
                RestoreSizes(image, expected);

            using FileSource volume = FileSource.Open(image);
            using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
            IReadOnlyList<TreeEntry> actual =
                [.. VolumeTree.Read(fileSystem, volume, 0).Where(static entry => entry.Path != "/lost+found").Select(Simplify)];

            // Revision 0 had no attributes.
            bool hasXattrs = !options.Contains("-r 0", StringComparison.Ordinal);
            string? difference = TreeComparison.FindDifference(
                [.. expected.Select(entry => entry with { Xattrs = hasXattrs ? entry.Xattrs : "" })], actual);
            Assert.True(difference is null, $"{options}: {difference}");
            int clusterSize = options.Contains("-C 65536", StringComparison.Ordinal) ? 65536 : fileSystem.Info.BlockSize;
            ExtFreeSpace.AssertAsDumpe2fs(image, clusterSize, fileSystem);
            ExtFreeSpace.AssertNoFileIsFree(fileSystem);
            File.Delete(image);
        }
    }

    public void Dispose() => _folder.Dispose();

    // With inline_data, mke2fs 1.47.0 forgets the hole at the end of a file.
    private static void RestoreSizes(string image, IReadOnlyList<TreeEntry> entries)
    {
        foreach (TreeEntry entry in entries.Where(static entry =>
            entry.Path is "/sparse" or "/fragmented" or "/half-written" or "/unwritten" or "/grown"))
            Tool.Read("debugfs", "-w", "-R", $"set_inode_field {entry.Path} size {entry.Size}", image);
    }

    // mke2fs 1.47.0 copies whole seconds, of 32 bits.
    private static TreeEntry Simplify(TreeEntry entry)
    {
        int seconds = unchecked((int)long.Parse(entry.ModifiedTime.Split('.')[0], CultureInfo.InvariantCulture));
        return entry with { ModifiedTime = seconds.ToString(CultureInfo.InvariantCulture), ChangedTime = "" };
    }
}
