using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Vmdk;

/// <summary>What qemu-img writes is read by mig.</summary>
public class VmdkReadTests
{
    [Theory]
    [InlineData("monolithicSparse")]
    [InlineData("monolithicFlat")]
    [InlineData("twoGbMaxExtentSparse")]
    [InlineData("twoGbMaxExtentFlat")]
    [InlineData("streamOptimized")]
    public void ReadsEverySubformatOfQemu(string subformat)
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make((3 << 20) + 512, 1);
        string raw = folder.Write("disk.raw", content);
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", $"subformat={subformat}", raw, folder["disk.vmdk"]);
        using DiskImage disk = DiskFormats.Open(folder["disk.vmdk"], null, Limits.Default);
        Assert.Equal($"vmdk:{subformat}", disk.Format);
        Disks.AssertSame(content, Disks.ReadAll(disk.Content));
        Disks.AssertSame(content, Disks.ReadStored(disk.Content));
        Assert.Empty(disk.Warnings);
        Assert.Equal(folder["disk.vmdk"], disk.Files[0]);
        Assert.All(disk.Files, file => Assert.True(File.Exists(file)));
    }

    [Theory]
    [InlineData("ide")]
    [InlineData("lsilogic")]
    [InlineData("buslogic")]
    [InlineData("legacyESX")]
    public void ReadsEveryAdapterType(string adapter)
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(1 << 20, 2);
        string raw = folder.Write("disk.raw", content);
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", $"adapter_type={adapter}", raw, folder["disk.vmdk"]);
        Disks.AssertSame(content, Disks.ReadAll(folder["disk.vmdk"]));
    }

    // One write in 256: qemu puts a random CID without leading zeros into the text, and the end of the longer, older text stays behind a
    // zero byte.
    [Fact]
    public void ReadsDescriptorsThatGotShorter()
    {
        using var folder = new TestFolder();
        const int DescriptorOffset = 512, DescriptorLength = 20 * 512;
        Tool.Run("qemu-img", "create", "-f", "vmdk", folder["disk.vmdk"], "1M");
        for (int i = 0; ; i++)
        {
            Assert.True(i < 5000, "qemu-io wrote no CID of six digits in 5000 tries");
            Tool.Run("qemu-io", "-f", "vmdk", "-c", "write -P 0x5a 0 65536", folder["disk.vmdk"]);
            ReadOnlySpan<byte> descriptor = File.ReadAllBytes(folder["disk.vmdk"]).AsSpan(DescriptorOffset, DescriptorLength)
                .TrimEnd((byte)0);
            if (descriptor.Contains((byte)0))
                break;
        }

        byte[] content = new byte[1 << 20];
        content.AsSpan(0, 65536).Fill(0x5A);
        Disks.AssertSame(content, Disks.ReadAll(folder["disk.vmdk"]));
    }

    [Theory]
    [InlineData("twoGbMaxExtentSparse")]
    [InlineData("twoGbMaxExtentFlat")]
    public void ReadsAcrossTheExtentsOfSplitDisks(string subformat)
    {
        using var folder = new TestFolder();
        const long Length = 5L << 30;
        Tool.Run("qemu-img", "create", "-f", "vmdk", "-o", $"subformat={subformat}", folder["disk.vmdk"], $"{Length}");
        const long Boundary = 2147418112; // where qemu ends the first extent
        Tool.Run("qemu-io", "-f", "vmdk", "-c", $"write -P 0x5a {Boundary - 4096} 8192", "-c", $"write -P 0xa5 {Length - 512} 512",
            folder["disk.vmdk"]);
        using DiskImage disk = DiskFormats.Open(folder["disk.vmdk"], null, Limits.Default);
        Assert.Equal(Length, disk.Content.Length);
        Assert.Equal(4, disk.Files.Count);
        byte[] bytes = new byte[16384];
        disk.Content.ReadExactly(Boundary - 8192, bytes);
        Assert.True(ZeroBytes.IsZero(bytes.AsSpan(0, 4096)) && ZeroBytes.IsZero(bytes.AsSpan(12288)));
        Assert.False(bytes.AsSpan(4096, 8192).ContainsAnyExcept((byte)0x5A));
        disk.Content.ReadExactly(Length - 512, bytes.AsSpan(0, 512));
        Assert.False(bytes.AsSpan(0, 512).ContainsAnyExcept((byte)0xA5));
        long stored = disk.Content.GetStoredRanges(new ByteRange(0, Length)).Sum(range => range.Length);
        Assert.InRange(stored, 8192 + 512, 4 * 65536);
    }

    [Fact]
    public void ReadsZeroedGrains()
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(1 << 20, 3);
        content.AsSpan(0, 65536).Fill(7);
        string raw = folder.Write("disk.raw", content);
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "zeroed_grain=on", raw, folder["disk.vmdk"]);
        Tool.Run("qemu-io", "-f", "vmdk", "-c", "write -z 0 65536", folder["disk.vmdk"]);
        content.AsSpan(0, 65536).Clear();
        using DiskImage disk = DiskFormats.Open(folder["disk.vmdk"], null, Limits.Default);
        Disks.AssertSame(content, Disks.ReadAll(disk.Content));
        Assert.DoesNotContain(disk.Content.GetStoredRanges(new ByteRange(0, 65536)), _ => true);
        Assert.Empty(disk.Warnings);
    }

    [Fact]
    public void ReadsTheFlatDisksOfEsx()
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(1 << 20, 4);
        folder.Write("web 1-flat.vmdk", content);
        string descriptor = folder.Write(
            "web 1.vmdk",
            "# Disk DescriptorFile\r\nversion=1\r\nCID=fffffffe\r\nparentCID=ffffffff\r\ncreateType=\"vmfs\"\r\n\r\n# Extent "
            + "description\r\nRW 2048 VMFS \"web 1-flat.vmdk\"\r\n\r\nddb.adapterType = \"lsilogic\"\r\n");
        using DiskImage disk = DiskFormats.Open(descriptor, null, Limits.Default);
        Assert.Equal("vmdk:vmfs", disk.Format);
        Assert.Equal([descriptor, folder["web 1-flat.vmdk"]], disk.Files);
        Disks.AssertSame(content, Disks.ReadAll(disk.Content));
    }

    [Fact]
    public void ReadsZeroExtentsAndOffsetsIntoOneFile()
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(8192, 5);
        folder.Write("data.bin", content);
        string descriptor = folder.Write(
            "disk.vmdk",
            "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=FFFFFFFF\ncreateType=\"custom\"\nRW 4 FLAT \"data.bin\" 12\nRW 100 "
            + "ZERO\nRW 4 FLAT \"data.bin\" 0\n");
        byte[] expected = [.. content[6144..8192], .. new byte[51200], .. content[..2048]];
        using DiskImage disk = DiskFormats.Open(descriptor, null, Limits.Default);
        Disks.AssertSame(expected, Disks.ReadAll(disk.Content));
        Disks.AssertSame(expected, Disks.ReadStored(disk.Content));
    }

    [Fact]
    public void ReadsThroughADescriptorInTheWorkingFolder()
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(512, 6);
        folder.Write("a-flat.vmdk", content);
        string descriptor = folder.Write("a.vmdk",
            "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 1 FLAT \"a-flat.vmdk\" 0\n");
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), descriptor);
        Disks.AssertSame(content, Disks.ReadAll(relative));
    }

    [Fact]
    public void TakesTheRedundantDirectoryWhereThePrimaryPointsNowhere()
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(1 << 20, 7);
        Disks.Write(folder["disk.vmdk"], "vmdk", content);
        byte[] file = File.ReadAllBytes(folder["disk.vmdk"]);
        int directory = 512 * BitConverter.ToInt32(file, 0x38);
        int table = 512 * BitConverter.ToInt32(file, directory);

        byte[] damaged = [.. file];
        damaged[directory + 3] = 0xFF;
        AssertReadWithWarning(folder, damaged, content, "entry 0 of the grain directory");
        damaged = [.. file];
        damaged[0x3F] = 0x7F;
        AssertReadWithWarning(folder, damaged, content, "is not in the file");
        damaged = [.. file];
        damaged[table + 3] = 0xFF;
        AssertReadWithWarning(folder, damaged, content, "the redundant one was used");
    }

    private static void AssertReadWithWarning(TestFolder folder, byte[] file, byte[] content, string warning)
    {
        using DiskImage disk = DiskFormats.Open(folder.Write("damaged.vmdk", file), null, Limits.Default);
        Disks.AssertSame(content, Disks.ReadAll(disk.Content));
        Assert.Contains(disk.Warnings, sentence => sentence.Contains(warning, StringComparison.Ordinal));
    }
}
