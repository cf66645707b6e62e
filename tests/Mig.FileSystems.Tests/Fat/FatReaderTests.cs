using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.FileSystems.Tests.Ext;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Fat;

/// <summary>What mtools wrote is what mig reads.</summary>
public sealed class FatReaderTests(FatSamples samples) : IClassFixture<FatSamples>
{
    public static TheoryData<string> Images => [nameof(FatSamples.Fat12), nameof(FatSamples.Fat16), nameof(FatSamples.Fat32)];

    [Theory]
    [MemberData(nameof(Images))]
    public void FilesAreReadAsMtoolsWroteThem(string name)
    {
        byte[] image = Get(name);
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("image"), image);
        FatImages.CopyOut(folder.File("image"), folder.File("out"));
        IReadOnlyList<TreeEntry> seen = Read(image);

        string[] files = Directory.GetFiles(
            folder.File("out"), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
        Assert.Equal(files.Select(path => TreeEntry.Escape(Encoding.UTF8.GetBytes(path[folder.File("out").Length..])))
            .Order(StringComparer.Ordinal), seen.Where(static entry => entry.Type == '-').Select(static entry => entry.Path));
        foreach (string path in files)
        {
            TreeEntry entry = seen.Single(entry =>
                entry.Path == TreeEntry.Escape(Encoding.UTF8.GetBytes(path[folder.File("out").Length..])));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), entry.Sha256);
            Assert.Equal($"{new DateTimeOffset(File.GetLastWriteTimeUtc(path)).ToUnixTimeSeconds()}.000000000", entry.ModifiedTime);
        }
    }

    [Fact]
    public void MetadataIsAsLinuxShowsIt()
    {
        IReadOnlyList<TreeEntry> seen = Read(samples.Fat12);

        Assert.Equal(0x1ED, Find("/lower.txt").Mode);
        Assert.Equal("981173106.000000000", Find("/lower.txt").ModifiedTime);
        Assert.Equal(("", 0x16D), (Find("/empty").Xattrs, Find("/empty").Mode));
        Assert.Equal(("system.ntfs_attrib=23000000", 0x16D), (Find("/UPPER.TXT").Xattrs, Find("/UPPER.TXT").Mode));
        Assert.Equal(("system.ntfs_attrib=14000000", 0x1ED), (Find("/folder").Xattrs, Find("/folder").Mode));
        TreeEntry Find(string path) => seen.Single(entry => entry.Path == path);
    }

    [Fact]
    public void TheVolumeSaysWhatItIs()
    {
        Assert.Equal([("fat12", "SAMPLE"), ("fat16", ""), ("fat32", "EFI")], Images.Select(row => Info((string)row.Data!))
            .Select(static info => (info.Type, info.Label)));
        Assert.Equal("1234-ABCD", Info(nameof(FatSamples.Fat16)).Uuid);
        using var folder = new TemporaryFolder();
        foreach (string name in Images.Select(static row => (string)row.Data!))
        {
            File.WriteAllBytes(folder.File("image"), Get(name));
            string summary = Mig.Testing.Tool.Run("fsck.fat", "-n", folder.File("image"));
            string[] clusters = summary.Split(", ")[1].Split(' ')[0].Split('/');
            Assert.Equal(int.Parse(clusters[1]) - int.Parse(clusters[0]), Info(name).FreeBytes / Info(name).BlockSize);
        }
    }

    [Fact]
    public void FreeRangesHoldNoFile()
    {
        using var volume = new MemorySource(samples.Fat12);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        byte[] wiped = [.. samples.Fat12];
        foreach (ByteRange range in fileSystem.GetFreeRanges())
            wiped.AsSpan((int)range.Offset, (int)range.Length).Clear();

        Assert.False(wiped.AsSpan().SequenceEqual(samples.Fat12), "the deleted file's content is free");
        TreeComparison.AssertEqual(Read(samples.Fat12), Read(wiped));
        Assert.Equal(fileSystem.Info.FreeBytes, fileSystem.GetFreeRanges().Sum(static range => range.Length));
    }

    [Fact]
    public void LongNamesThatDoNotFitAreIgnored()
    {
        var patch = new FatPatch([.. samples.Fat12]);
        patch.Image[patch.Entry("ALONGN~1TEX") - 32 + 0x0D] ^= 1;
        Assert.Contains(Read(patch.Image), static entry => entry.Path == "/ALONGN~1.TEX");
        Assert.DoesNotContain(Read(patch.Image), static entry => entry.Path.Contains("long", StringComparison.Ordinal));
    }

    [Fact]
    public void ShortNamesAreReadInCodePage437()
    {
        var patch = new FatPatch([.. samples.Fat12]);
        int entry = patch.Entry("UPPER   TXT");
        new byte[] { 0x05, 0x8E, 0x99 }.CopyTo(patch.Image, entry);
        patch.Image[entry + 0x0C] = 0x08;
        Assert.Contains(Read(patch.Image), static entry => entry.Path == TreeEntry.Escape("/σäöer.TXT"u8));
    }

    [Fact]
    public void OtherVolumesAreNotMistakenForFat()
    {
        byte[] image = [.. samples.Fat12];
        Assert.NotNull(new FatPatch(image).ReadAll());
        byte[] ntfs = [.. image];
        "NTFS    "u8.CopyTo(ntfs.AsSpan(3));
        Assert.StartsWith("NTFS-", Assert.Throws<CorruptImageException>(() => new FatPatch(ntfs).ReadAll()).Message,
            StringComparison.Ordinal);
        foreach (byte[] maker in (byte[][])["EXFAT   "u8.ToArray(), "-FVE-FS-"u8.ToArray()])
        {
            byte[] other = [.. image];
            maker.CopyTo(other, 3);
            Assert.Null(new FatPatch(other).ReadAll());
        }

        // A boot record with code and partitions, and a boot sector without its mark.
        byte[] record = new byte[64 << 10];
        new byte[] { 0xEB, 0x63, 0x90 }.CopyTo(record, 0);
        record[0x1FE] = 0x55;
        record[0x1FF] = 0xAA;
        Assert.Null(new FatPatch(record).ReadAll());
        image[0x1FE] = 0;
        Assert.Null(new FatPatch(image).ReadAll());

        using var folder = new TemporaryFolder();
        ExtImages.Make(folder.File("ext"), "1M", "-t ext2 -b 1024");
        byte[] ext = File.ReadAllBytes(folder.File("ext"));
        samples.Fat12.AsSpan(0, 1024).CopyTo(ext); // what a boot loader may have left there
        using var volume = new MemorySource(ext);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        Assert.Equal("ext2", fileSystem.Info.Type);
    }

    [Fact]
    public void ATableThatLooksLikeExtIsStillFat()
    {
        var patch = new FatPatch([.. samples.Fat16]);
        Assert.True(patch.FatOffset is > 0 and <= 1024 + 0x38);
        patch.Set16(1024 + 0x38, 0xEF53);
        Assert.NotNull(patch.ReadAll());
    }

    private static IReadOnlyList<TreeEntry> Read(byte[] image)
    {
        using var volume = new MemorySource(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        return VolumeTree.Read(fileSystem, volume, 0);
    }

    private FileSystemInfo Info(string name)
    {
        using var volume = new MemorySource(Get(name));
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        return fileSystem.Info;
    }

    private byte[] Get(string name) => (byte[])typeof(FatSamples).GetProperty(name)!.GetValue(samples)!;
}
