using System.Text;
using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>
/// What a reader must say besides names and contents: links, volumes in use, streams that do not fit, contents that are elsewhere, places
/// on the volume.
/// </summary>
public sealed class NtfsContentTests(NtfsSamples samples) : IClassFixture<NtfsSamples>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0xA000000C, @"..\other\file", 1, "../other/file")]
    [InlineData(0xA000000C, @"\??\C:\Windows\file", 0, "C:/Windows/file")]
    [InlineData(0xA0000003, @"\??\D:\folder", -1, "D:/folder")]
    [InlineData(0xA0000003, @"\??\Volume{12345678-1234-1234-1234-123456789abc}\", -1, "Volume{12345678-1234-1234-1234-123456789abc}/")]
    public void ReparsePointsBecomeLinks(uint tag, string target, int flags, string expected)
    {
        byte[] data = MakeLink(tag, target, flags);
        FileNode node = ReadReparse(data);
        Assert.Equal((NodeType.SymbolicLink, expected), (node.Type, Encoding.UTF8.GetString(node.LinkTarget.Span)));
        Assert.Equal(data, node.Xattrs.Single(static xattr => xattr.Name.Span.SequenceEqual("system.ntfs_reparse_data"u8)).Value.ToArray());
    }

    [Fact]
    public void OtherReparsePointsStayFiles()
    {
        byte[] data = [0x17, 0, 0, 0x80, 4, 0, 0, 0, 1, 2, 3, 4];
        FileNode node = ReadReparse(data, "compressed by Windows' overlay filter");
        Assert.Equal((NodeType.File, 2L), (node.Type, node.Size));
        Assert.Equal(data, node.Xattrs.Single(static xattr => xattr.Name.Span.SequenceEqual("system.ntfs_reparse_data"u8)).Value.ToArray());
    }

    [Fact]
    public void ALinkThatBreaksItsFormStaysAFile()
    {
        // ntfs-3g would refuse to store it.
        FileNode node = ReadReparse(MakeLink(0xA000000C, "target", 1), damage: static patch =>
            patch.Image[patch.Value(patch.Find("point"), 0xC0) + 10] = 0xFF);
        Assert.Equal((NodeType.File, 2L), (node.Type, node.Size));
    }

    [Fact]
    public void AVolumeInUseIsReadAsItIs()
    {
        var patch = new NtfsPatch([.. samples.Image]);
        patch.Image[patch.Value(3, 0x70) + 0x0A] |= 1;
        Assert.Contains(patch.ReadAll()!, static note => note.Contains("not unmounted cleanly", StringComparison.Ordinal));
        Assert.Empty(FreeRanges(patch));
        Assert.NotEmpty(FreeRanges(new NtfsPatch(samples.Image)));

        // A name that leads nowhere is then left out, and counted.
        patch.Set16(patch.Record(patch.Find("file")) + 0x10, 99);
        Assert.Contains(patch.ReadAll()!, static note => note.StartsWith("1 names lead to records", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0, 2, false)]
    [InlineData(0xFFFF, 0, false)]
    public void TheLogTellsWhetherAVolumeWasInUse(int client, int flags, bool isInUse)
    {
        var patch = new NtfsPatch([.. samples.Image]);
        WriteRestartPages(patch, client, flags);
        Assert.Equal(isInUse ? 1 : 0, patch.ReadAll()!.Count);
        string image = _folder.File("image");
        File.WriteAllBytes(image, patch.Image);

        // 15: the volume was not unmounted cleanly.
        Assert.Equal(isInUse ? 15 : 0, Mig.Testing.Tool.Try("ntfs-3g.probe", "--readwrite", image).ExitCode);
        patch.Image[patch.FirstCluster(2, 0x80)] = 0;
        patch.Image[patch.FirstCluster(2, 0x80) + 4096] = 0;
        Assert.Single(patch.ReadAll()!); // a log that cannot be read says nothing good
    }

    [Fact]
    public void ADamagedBeginningOfTheTableIsReadFromItsMirror()
    {
        var patch = new NtfsPatch([.. samples.Image]);
        patch.Image[patch.Record(0)] = (byte)'X';
        Assert.Contains("The beginning of the MFT is damaged; its copy was read.", patch.ReadAll()!);
        patch.Image.AsSpan((int)patch.U32(0x38) * patch.ClusterSize, 4).Clear();
        Assert.Equal("NTFS-010", Assert.Throws<CorruptImageException>(patch.ReadAll).Code);
    }

    [Fact]
    public void EncryptedContentIsShownAsItIsStored()
    {
        var patch = new NtfsPatch([.. samples.Image]);
        patch.Set16(patch.Attribute(patch.Find("big"), 0x80) + 0x0C, 0x4000);
        Assert.Contains(patch.ReadAll()!, static note => note.StartsWith("1 files are encrypted", StringComparison.Ordinal));
    }

    [Fact]
    public void LongStreamsAreCountedAndNotShown()
    {
        string image = _folder.File("image");
        NtfsMount.Make(image, "3M", "-c 4096");
        using (var mount = new NtfsMount(image, "streams_interface=windows"))
            Tool.RunScript("cd \"$1\"; echo x > file; head -c 65536 /dev/zero > file:fits; head -c 65537 /dev/zero > file:long",
                mount.Path);
        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        for (int i = 0; i < 2; i++)
        {
            FileNode node = fileSystem.GetNode(fileSystem.ReadDirectory(fileSystem.RootNode).Single().Node);
            Assert.Equal(["user.fits"], node.Xattrs.Select(static xattr => Encoding.UTF8.GetString(xattr.Name.Span))
                .Where(static name => name.StartsWith("user.", StringComparison.Ordinal)));
        }

        Assert.Equal(["1 named streams are longer than 64 KiB: they are kept as residue, and not shown."], fileSystem.Info.Notes);
    }

    [Fact]
    public void ContentsHaveTheirPlaces()
    {
        using var volume = new MemorySource(samples.Image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        var patch = new NtfsPatch(samples.Image);
        FileExtent resident = Assert.Single(fileSystem.GetExtents(patch.Find("file")));
        Assert.Equal(new FileExtent(0, 5, FileExtent.NotOnVolume), resident);
        FileExtent plain = Assert.Single(fileSystem.GetExtents(patch.Find("big")));
        Assert.Equal(patch.FirstCluster(patch.Find("big"), 0x80), plain.VolumeOffset);
        Assert.All(fileSystem.GetExtents(patch.Find("packed/text")).SkipLast(1), static extent => Assert.False(extent.IsOnVolume));

        // What was never written is no content, whatever stands in its clusters.
        var cut = new NtfsPatch([.. samples.Image]);
        int data = cut.Attribute(cut.Find("big"), 0x80);
        cut.Set64(data + 0x38, 5000);
        using var cutVolume = new MemorySource(cut.Image);
        using IFileSystem cutFileSystem = FileSystemFormats.Open(cutVolume, Limits.Default)!;
        long size = cutFileSystem.GetNode(cut.Find("big")).Size;
        Assert.Equal(5000, Assert.Single(cutFileSystem.GetExtents(cut.Find("big"))).Length);
        byte[] content = new byte[size];
        cutFileSystem.ReadContent(cut.Find("big"), 0, content);
        Assert.True(content.AsSpan(0, 5000).IndexOf((byte)0) < 0 && ZeroBytes.IsZero(content.AsSpan(5000)));
    }

    [Fact]
    public void TheComparisonWithTheMountNoticesDamage()
    {
        // The control of NtfsMountTests: a changed byte of content, and a changed time.
        string image = _folder.File("image");
        File.WriteAllBytes(image, samples.Image);
        IReadOnlyList<TreeEntry> expected;
        using (var mount = new NtfsMount(image, "ro"))
            expected = HostTree.Read(mount.Path, 0);
        (IReadOnlyList<TreeEntry> actual, _) = NtfsTree.Read(image);
        Assert.Null(TreeComparison.FindDifference(expected, actual));
        var patch = new NtfsPatch([.. samples.Image]);
        patch.Image[patch.FirstCluster(patch.Find("big"), 0x80) + 100] ^= 1;
        File.WriteAllBytes(image, patch.Image);
        Assert.Contains("/big", TreeComparison.FindDifference(expected, NtfsTree.Read(image).Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void SurrogatesThatStandAloneKeepNamesApart()
    {
        var patch = new NtfsPatch([.. samples.Image]);
        int name = patch.Value(patch.Find("folder"), 0x90) + 0x20 + 0x10 + 0x42;
        patch.Set16(name, 0xD800);
        using var volume = new MemorySource(patch.Image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        Assert.Equal([0xED, 0xA0, 0x80, (byte)'e', (byte)'a', (byte)'f'], fileSystem.ReadDirectory(patch.Find("folder"))
            .Single().Name.ToArray());
    }

    public void Dispose() => _folder.Dispose();

    private FileNode ReadReparse(byte[] data, string? note = null, Action<NtfsPatch>? damage = null)
    {
        string image = _folder.File("image");
        File.WriteAllBytes(image, samples.Image);
        using (var mount = new NtfsMount(image))
            Tool.RunScript(
                $"cd \"$1\"; {(data[0] == 3 ? "mkdir point" : "echo x > point")}; setfattr -h -n system.ntfs_reparse_data -v 0x$2 point",
                mount.Path, Convert.ToHexStringLower(data));
        var patch = new NtfsPatch(File.ReadAllBytes(image));
        damage?.Invoke(patch);
        IReadOnlyList<string> notes = patch.ReadAll()!;
        Assert.Equal(note is null ? 0 : 1, notes.Count);
        Assert.All(notes, text => Assert.Contains(note!, text, StringComparison.Ordinal));
        using var volume = new MemorySource(patch.Image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        return fileSystem.GetNode(patch.Find("point"));
    }

    // Layout: ntfs-3g logfile.h. Two copies of a page with one client, NTFS.
    private static void WriteRestartPages(NtfsPatch patch, int client, int flags)
    {
        int log = patch.FirstCluster(2, 0x80);
        long size = patch.U32(patch.Attribute(2, 0x80) + 0x30);
        for (int page = log; page <= log + 4096; page += 4096)
        {
            patch.Image.AsSpan(page, 4096).Clear();
            "RSTR"u8.CopyTo(patch.Image.AsSpan(page));
            patch.Set16(page + 0x04, 0x1E);
            patch.Set16(page + 0x06, 9);
            patch.Set32(page + 0x10, 4096);
            patch.Set32(page + 0x14, 4096);
            patch.Set16(page + 0x18, 0x30);
            patch.Set16(page + 0x1A, 1);
            patch.Set16(page + 0x1C, 1);
            int area = page + 0x30;
            patch.Set64(area, 1000);
            patch.Set16(area + 0x08, 1);
            patch.Set16(area + 0x0A, client == 0 ? 0xFFFF : 0);
            patch.Set16(area + 0x0C, client);
            patch.Set16(area + 0x0E, flags);
            patch.Set32(area + 0x10, (uint)(67 - (64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)size))));
            patch.Set16(area + 0x14, 0xD0);
            patch.Set16(area + 0x16, 0x30);
            patch.Set64(area + 0x18, size);
            patch.Set16(area + 0x24, 0x30);
            patch.Set16(area + 0x26, 0x40);
            patch.Set32(area + 0x30 + 0x10, 0xFFFFFFFF);
            patch.Set32(area + 0x30 + 0x1C, 8);
            "N\0T\0F\0S\0"u8.CopyTo(patch.Image.AsSpan(area + 0x30 + 0x20));

            // The update sequence: number 1 at the end of each sector, the real bytes, zeros, beside it.
            patch.Set16(page + 0x1E, 1);
            for (int sector = 1; sector <= 8; sector++)
                patch.Set16(page + (sector * 512) - 2, 1);
        }
    }

    private static byte[] MakeLink(uint tag, string target, int flags)
    {
        byte[] name = Encoding.Unicode.GetBytes(target);
        byte[] lengths = [0, 0, (byte)name.Length, 0, (byte)(name.Length + 2), 0, 0, 0];
        byte[] body = [.. lengths, .. flags < 0 ? [] : BitConverter.GetBytes(flags), .. name, 0, 0, 0, 0];
        return [.. BitConverter.GetBytes(tag), (byte)body.Length, 0, 0, 0, .. body];
    }

    private static List<ByteRange> FreeRanges(NtfsPatch patch)
    {
        using var volume = new MemorySource(patch.Image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        return [.. fileSystem.GetFreeRanges()];
    }
}
