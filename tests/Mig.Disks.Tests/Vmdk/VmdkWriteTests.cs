using System.Globalization;
using System.Text.Json;
using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Vmdk;

/// <summary>What mig writes is judged by qemu-img, and read back by mig.</summary>
public class VmdkWriteTests
{
    [Theory]
    [InlineData("vmdk", "monolithicSparse", 3 << 20)]
    [InlineData("vmdk:monolithicSparse", "monolithicSparse", (40 << 20) + 512)]
    [InlineData("vmdk:streamOptimized", "streamOptimized", (40 << 20) + 512)]
    [InlineData("vmdk:streamOptimized", "streamOptimized", 512)]
    [InlineData("vmdk:monolithicSparse", "monolithicSparse", 512)]
    [InlineData("vmdk:monolithicFlat", "monolithicFlat", (3 << 20) + 512)]
    public void QemuReadsWhatMigWrites(string format, string createType, int length)
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(length, length);
        string raw = folder.Write("disk.raw", content);
        Disks.Write(folder["disk.vmdk"], format, content);
        Tool.Run("qemu-img", "compare", "-f", "raw", "-F", "vmdk", raw, folder["disk.vmdk"]);
        if (createType != "monolithicFlat")
            Tool.Run("qemu-img", "check", "-f", "vmdk", folder["disk.vmdk"]);
        using JsonDocument info = JsonDocument.Parse(Tool.Run("qemu-img", "info", "--output=json", folder["disk.vmdk"]));
        Assert.Equal(length, info.RootElement.GetProperty("virtual-size").GetInt64());
        Assert.Equal(createType, info.RootElement.GetProperty("format-specific").GetProperty("data").GetProperty("create-type")
            .GetString());
        using DiskImage disk = DiskFormats.Open(folder["disk.vmdk"], null, Limits.Default);
        Assert.Equal($"vmdk:{createType}", disk.Format);
        Disks.AssertSame(content, Disks.ReadAll(disk.Content));
        Disks.AssertSame(content, Disks.ReadStored(disk.Content));
        Assert.Empty(disk.Warnings);
    }

    [Theory]
    [InlineData("vmdk:monolithicSparse")]
    [InlineData("vmdk:streamOptimized")]
    [InlineData("vmdk:monolithicFlat")]
    public void TheJudgeObjectsToOneWrongByte(string format)
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(1 << 20, 8);
        content[500_000] = 1;
        string raw = folder.Write("disk.raw", content);
        content[500_000] = 2;
        Disks.Write(folder["disk.vmdk"], format, content);
        Assert.Equal(1, Tool.Try("qemu-img", "compare", "-f", "raw", "-F", "vmdk", raw, folder["disk.vmdk"]).ExitCode);
    }

    [Fact]
    public void TheCheckObjectsToALostTable()
    {
        using var folder = new TestFolder();
        Disks.Write(folder["disk.vmdk"], "vmdk", MixedBytes.Make(1 << 20, 9));
        byte[] file = File.ReadAllBytes(folder["disk.vmdk"]);
        int table = 512 * BitConverter.ToInt32(file, 512 * BitConverter.ToInt32(file, 0x38));
        file[table + 3] = 0x7F;
        File.WriteAllBytes(folder["disk.vmdk"], file);
        Assert.NotEqual(0, Tool.Try("qemu-img", "check", "-f", "vmdk", folder["disk.vmdk"]).ExitCode);
    }

    [Theory]
    [InlineData("vmdk:monolithicSparse")]
    [InlineData("vmdk:streamOptimized")]
    [InlineData("vmdk:monolithicFlat")]
    public void AHugeEmptyDiskCostsNothing(string format)
    {
        using var folder = new TestFolder();
        const long Length = 1L << 40;
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.vmdk"], format, Length, overwrite: false))
            writer.Complete();
        using DiskImage disk = DiskFormats.Open(folder["disk.vmdk"], null, Limits.Default);
        Assert.Equal(Length, disk.Content.Length);
        Assert.Empty(disk.Content.GetStoredRanges(new ByteRange(0, Length)));
        Assert.Contains($"{Length} bytes", Tool.Run("qemu-img", "info", folder["disk.vmdk"]), StringComparison.Ordinal);
        Assert.InRange(long.Parse(Tool.Run("du", "-sB1", folder.Path).Split('\t')[0], CultureInfo.InvariantCulture), 0, 1 << 20);
    }

    [Fact]
    public void ADiskThatDoesNotEndAtASectorIsRefused()
    {
        using var folder = new TestFolder();
        foreach (string format in DiskFormats.WritableFormats.Where(format => format.StartsWith("vmdk", StringComparison.Ordinal)))
        {
            Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Create(folder["disk.vmdk"], format, 0, false));
            var e = Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Create(folder["disk.vmdk"], format, 1000, false));
            Assert.Contains("1000", e.Message, StringComparison.Ordinal);
            Assert.Contains("raw", e.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void SeveralThreadsWriteOneGrain()
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(4 << 20, 10);
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.vmdk"], "vmdk", content.Length, false))
        {
            Parallel.For(0, content.Length / 4096, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
                writer.Write(i * 4096, content.AsSpan(i * 4096, 4096)));
            writer.Complete();
        }

        Tool.Run("qemu-img", "compare", "-f", "raw", "-F", "vmdk", folder.Write("disk.raw", content), folder["disk.vmdk"]);
    }

    [Fact]
    public void GrainsOfZerosAreNotStored()
    {
        using var folder = new TestFolder();
        byte[] content = new byte[8 << 20];
        content[(5 << 20) + 100] = 1;
        Disks.Write(folder["disk.vmdk"], "vmdk", content);
        using DiskImage disk = DiskFormats.Open(folder["disk.vmdk"], null, Limits.Default);
        Assert.Equal([new ByteRange(5 << 20, 65536)], disk.Content.GetStoredRanges(new ByteRange(0, content.Length)));
    }

    [Fact]
    public void AStreamIsWrittenFromFrontToBack()
    {
        using var folder = new TestFolder();
        using IDiskWriter writer = DiskFormats.Create(folder["disk.vmdk"], "vmdk:streamOptimized", 1 << 20, false);
        Assert.True(writer.IsSequential);
        writer.Write(4096, new byte[10]);
        Assert.Throws<ArgumentException>(() => writer.Write(4000, new byte[10]));
    }

    [Fact]
    public void NamesThatADescriptorCannotHoldAreRefused()
    {
        using var folder = new TestFolder();
        Assert.Throws<UsageException>(() => DiskFormats.Create(folder["a\"b.vmdk"], "vmdk", 512, false));
    }
}
