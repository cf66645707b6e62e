using Mig.Core;
using Mig.FileSystems.Tests.Ext;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>
/// What ntfs-3g writes, in clusters and records of each size, is read as ntfs-3g reads it; and free space as <c>ntfscat</c> shows it.
/// </summary>
public sealed class NtfsMountTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, int, bool> Variants => new()
    {
        { "-c 512", 300, true },
        { "-c 4096", 10000, false },
        { "-c 65536", 300, true },
        { "-c 262144", 300, false },
        { "-s 4096 -c 4096", 300, true },
    };

    /// <param name="isShared">Whether security descriptors stand in $Secure, and files share them; else each file has its own.</param>
    [Theory]
    [MemberData(nameof(Variants))]
    public void WhatNtfs3gWritesIsReadAsItReadsIt(string options, int bigCount, bool isShared)
    {
        string image = _folder.File("image");
        NtfsMount.Make(image, "700M", $"-L Tëst {options}");
        int clusterSize = int.Parse(options.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        using (var mount = new NtfsMount(image, isShared ? "compression,permissions" : "compression"))
            NtfsSampleTree.Fill(mount.Path, bigCount, clusterSize <= 4096);
        IReadOnlyList<TreeEntry> expected;
        string systemAttributes;
        using (var mount = new NtfsMount(image, "ro"))
        {
            // Windows does not count an 8.3 name as a name of its own, ntfs-3g does.
            expected = [.. HostTree.Read(mount.Path, 0)
                .Select(static entry => entry.Path == @"/a\x20long\x20name.text" ? entry with { LinkCount = entry.LinkCount - 1 } : entry)];
            systemAttributes = NtfsTree.ReadSystemAttributes(mount.Path);
        }

        Assert.True(expected.Count > 300 + (bigCount / 2));
        (IReadOnlyList<TreeEntry> actual, string actualAttributes) = NtfsTree.Read(image);
        TreeComparison.AssertEqual(expected, actual);
        Assert.Equal(systemAttributes, actualAttributes);

        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        Assert.Equal(("ntfs", "Tëst", clusterSize), (fileSystem.Info.Type, fileSystem.Info.Label, fileSystem.Info.BlockSize));
        Assert.Equal(Mig.Testing.Tool.Run("blkid", "-p", "-s", "UUID", "-o", "value", image).Trim(), fileSystem.Info.Uuid);
        Assert.Empty(fileSystem.Info.Notes);
        NtfsTree.AssertFreeAsNtfscat(image, fileSystem);
        ExtFreeSpace.AssertNoFileIsFree(fileSystem);
    }

    public void Dispose() => _folder.Dispose();
}
