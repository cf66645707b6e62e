using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Qcow2;

/// <summary>What mig writes is whole for <c>qemu-img check</c>, and reads as it should for <c>qemu-img compare</c>.</summary>
public class Qcow2WriteTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(65536)]
    [InlineData((5 << 20) + 1536)]
    public void QemuReadsWhatWasWritten(int length)
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(length, length);
        content[^1] = 1;
        Disks.Write(folder["disk.qcow2"], "qcow2", content);
        Assert.Contains("No errors", Tool.Run("qemu-img", "check", folder["disk.qcow2"]), StringComparison.Ordinal);
        Tool.Run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", folder.Write("raw", content), folder["disk.qcow2"]);
        Disks.AssertSame(content, Disks.ReadAll(folder["disk.qcow2"]));

        // The judges object to one bit: of an L2 entry, and of the content.
        byte[] file = File.ReadAllBytes(folder["disk.qcow2"]);
        folder.Write("bad.qcow2", Damage.FlipBit(file, (0x20000 * 8) + 1));
        Assert.Equal(1, Tool.Try("qemu-img", "compare", "-f", "raw", "-F", "qcow2", folder["raw"], folder["bad.qcow2"]).ExitCode);
        long table = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(file.AsSpan(0x10000)) & 0x00FFFFFFFFFFFE00;
        folder.Write("bad.qcow2", Damage.FlipBit(file, (((table + (8 * ((length - 1) / 65536))) + 5) * 8) + 0));
        Assert.NotEqual(0, Tool.Try("qemu-img", "check", folder["bad.qcow2"]).ExitCode);
    }

    [Fact]
    public void AHugeDiskHasItsReferenceCounts()
    {
        using var folder = new TestFolder();
        const long Length = 3L << 40;
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.qcow2"], "qcow2", Length, false))
        {
            for (long at = 0; at < Length; at += Length / 40)
                writer.Write(at / 512 * 512, "content"u8);
            writer.Complete();
        }

        Assert.Contains("No errors", Tool.Run("qemu-img", "check", folder["disk.qcow2"]), StringComparison.Ordinal);
        using DiskImage disk = DiskFormats.Open(folder["disk.qcow2"], null, Limits.Default);
        Assert.Equal(Length, disk.Content.Length);
        byte[] bytes = new byte[7];
        disk.Content.ReadExactly(Length / 40 * 39 / 512 * 512, bytes);
        Assert.Equal("content"u8.ToArray(), bytes);
    }

    [Fact]
    public void ManyThreadsMayWrite()
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(16 << 20, 3);
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.qcow2"], "qcow2", content.Length, false))
        {
            Assert.False(writer.IsSequential);
            Parallel.For(0, content.Length / 4096, i => writer.Write(i * 4096, content.AsSpan(i * 4096, 4096)));
            writer.Complete();
        }

        Assert.Contains("No errors", Tool.Run("qemu-img", "check", folder["disk.qcow2"]), StringComparison.Ordinal);
        Disks.AssertSame(content, Disks.ReadAll(folder["disk.qcow2"]));
    }

    [Fact]
    public void WhatIsExpectedLiesInTheOrderOfTheDisk()
    {
        using var folder = new TestFolder();
        byte[] content = new byte[4 << 20];
        new Random(5).NextBytes(content);
        content.AsSpan(1 << 20, 1 << 18).Clear(); // expected, and then nothing but zeros: the one gap
        using (IDiskWriter writer = DiskFormats.Create(folder["disk.qcow2"], "qcow2", content.Length, false))
        {
            writer.Expect(new ByteRange(0, content.Length));
            Disks.WritePieces(writer, content); // backwards
            writer.Complete();
        }

        string check = Tool.Run("qemu-img", "check", folder["disk.qcow2"]);
        Assert.Contains("No errors", check, StringComparison.Ordinal);
        Assert.Contains("60/64", check, StringComparison.Ordinal);
        Assert.Contains(" 1.67% fragmented", check, StringComparison.Ordinal);
        Tool.Run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", folder.Write("raw", content), folder["disk.qcow2"]);
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vmdk")]
    public void AnOverlayIsReadByQemu(string format)
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make((4 << 20) + 512, 4);
        content.AsSpan(1 << 17, 1 << 16).Clear(); // a block of zeros over one with content
        Overlays.Write(folder, format, content);
        if (format == "qcow2")
            Assert.Contains("No errors", Tool.Run("qemu-img", "check", folder["top.qcow2"]), StringComparison.Ordinal);
        string chain = Tool.Run("qemu-img", "info", "--backing-chain", folder[$"top.{format}"]);
        Assert.Contains($"backing file: base.{format}", chain, StringComparison.Ordinal);
        Assert.Contains($"backing file format: {format}", chain, StringComparison.Ordinal);
        folder.Write("raw", content);
        Tool.Run("qemu-img", "compare", "-f", "raw", "-F", format, folder["raw"], folder[$"top.{format}"]);
        Assert.Equal(1, Tool.Try("qemu-img", "compare", "-f", "raw", "-F", format, folder["raw"], folder[$"base.{format}"]).ExitCode);
        Disks.AssertSame(content, Disks.ReadAll(folder[$"top.{format}"]));
        if (format == "qcow2")
            Assert.True(new FileInfo(folder["top.qcow2"]).Length < (content.Length / 2) + (10 * 65536));
    }

    [Fact]
    public void WhatTheFormatCannotHoldIsRefused()
    {
        using var folder = new TestFolder();
        Assert.Contains("sector", Assert.Throws<UnsupportedFeatureException>(() =>
            DiskFormats.Create(folder["a"], "qcow2", 1000, false)).Message, StringComparison.Ordinal);
        Assert.Contains("this size", Assert.Throws<UnsupportedFeatureException>(() =>
            DiskFormats.Create(folder["a"], "qcow2", (1L << 62) - 512, false)).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() =>
            DiskFormats.CreateThin(folder["a"], "qcow2", 512, false, new BackingDisk(new string('x', 1024), "raw", null)));
        Assert.Throws<UsageException>(() =>
            DiskFormats.CreateThin(folder["a"], "vmdk", 512, false, new BackingDisk(new string('x', 1024), "vmdk", 1)));
        Assert.Throws<UsageException>(() => DiskFormats.CreateThin(folder["a"], "vmdk", 512, false, new BackingDisk("a\"b", "vmdk", 1)));
        Assert.Contains("over a VMDK", Assert.Throws<UsageException>(() =>
            DiskFormats.CreateThin(folder["a"], "vmdk", 512, false, new BackingDisk("b", "raw", null))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot lie over", Assert.Throws<UsageException>(() =>
            DiskFormats.CreateThin(folder["a"], "raw", 512, false, new BackingDisk("b", "raw", null))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
