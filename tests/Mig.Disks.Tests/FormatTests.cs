using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests;

public class FormatTests
{
    private const string Descriptor =
        "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 1 FLAT \"secret.bin\" 0\n";

    [Theory]
    [InlineData("vhdx")]
    [InlineData("vdi")]
    [InlineData("vpc")]
    [InlineData("vpc,subformat=fixed")]
    [InlineData("qed")]
    [InlineData("parallels")]
    public void OtherContainersAreRecognised(string format)
    {
        using var folder = new TestFolder();
        string[] options = format.Contains(',', StringComparison.Ordinal) ? ["-o", format.Split(',')[1]] : [];
        Tool.Run("qemu-img", ["create", "-f", format.Split(',')[0], .. options, folder["disk.raw"], "8M"]);
        var e = Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Open(folder["disk.raw"], null, Limits.Default));
        Assert.Contains("--input-format raw", e.Message, StringComparison.Ordinal);
        Assert.Contains(format[..2] == "vp" ? "VHD" : format, e.Message, StringComparison.OrdinalIgnoreCase);
        using DiskImage forced = DiskFormats.Open(folder["disk.raw"], "raw", Limits.Default);
        Disks.AssertSame(File.ReadAllBytes(folder["disk.raw"]), Disks.ReadAll(forced.Content));
    }

    [Fact]
    public void AnOvaIsRecognised()
    {
        using var folder = new TestFolder();
        folder.Write("a.ovf", "<Envelope/>");
        Tool.Run("tar", "-cf", folder["a.ova"], "-C", folder.Path, "a.ovf");
        Assert.Contains("OVA", Assert.Throws<UnsupportedFeatureException>(() =>
            DiskFormats.Open(folder["a.ova"], null, Limits.Default)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(1_000_003)]
    public void RawFilesOfAnyLengthAreDisks(int length)
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(length, length);
        using (DiskImage disk = DiskFormats.Open(folder.Write("a.vmdk", content), null, Limits.Default))
        {
            Assert.Equal("raw", disk.Format);
            Disks.AssertSame(content, Disks.ReadAll(disk.Content));
        }

        Disks.Write(folder["b.raw"], "raw", content);
        Disks.AssertSame(content, File.ReadAllBytes(folder["b.raw"]));
    }

    [Fact]
    public void ABlockDeviceIsADisk()
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(2 << 20, 1);
        using var loop = new LoopDevice(folder.Write("disk.raw", content));
        using DiskImage disk = DiskFormats.Open(loop.Path, null, Limits.Default);
        Assert.Equal("raw", disk.Format);
        Disks.AssertSame(content, Disks.ReadAll(disk.Content));
        Disks.AssertSame(content, Disks.ReadStored(disk.Content));
    }

    [Theory]
    [InlineData(512 * 1024, "padded with zeros")]
    [InlineData(4096, "with a zero in it")]
    public void ARawDiskThatBeginsAsADescriptorIsNeverFollowed(int length, string how)
    {
        using var folder = new TestFolder();
        folder.Write("secret.bin", new byte[512]);
        byte[] content = new byte[length];
        System.Text.Encoding.ASCII.GetBytes(Descriptor, content);
        content[^1] = 1;
        using DiskImage disk = DiskFormats.Open(folder.Write("disk.raw", content), null, Limits.Default);
        Assert.True(disk.Format == "raw", how);
        Assert.Single(disk.Files);
        Disks.AssertSame(content, Disks.ReadAll(disk.Content));
    }

    [Fact]
    public void ABlockDeviceThatHoldsADescriptorIsNeverFollowed()
    {
        using var folder = new TestFolder();
        byte[] content = new byte[4096];
        System.Text.Encoding.ASCII.GetBytes(Descriptor, content);
        using var loop = new LoopDevice(folder.Write("disk.raw", content));
        using DiskImage disk = DiskFormats.Open(loop.Path, null, Limits.Default);
        Assert.Equal("raw", disk.Format);
    }

    [Fact]
    public void ATextTooLongForItsKindIsNeitherFollowedNorTakenForADisk()
    {
        using var folder = new TestFolder();
        folder.Write("secret.bin", new byte[512]);
        string path = folder.Write("disk.raw", Descriptor + new string('#', 100_000));
        Assert.Contains("force", Assert.Throws<UnsupportedFeatureException>(() => DiskFormats.Open(path, null, Limits.Default)).Message,
            StringComparison.Ordinal);
        Assert.Equal(512, Disks.ReadAll(path, "vmdk").Length);
        Assert.Equal(new FileInfo(path).Length, Disks.ReadAll(path, "raw").Length);
    }

    [Fact]
    public void AForcedFormatIsNotArguedWith()
    {
        using var folder = new TestFolder();
        Disks.Write(folder["disk.bin"], "vmdk", new byte[512]);
        Assert.Equal(File.ReadAllBytes(folder["disk.bin"]), Disks.ReadAll(folder["disk.bin"], "raw"));
        Assert.Equal(new byte[512], Disks.ReadAll(folder["disk.bin"], "vmdk"));
        Assert.Equal(new byte[512], Disks.ReadAll(folder["disk.bin"], "vmdk:monolithicSparse"));
        Assert.Throws<CorruptImageException>(() =>
            DiskFormats.Open(folder.Write("noise", MixedBytes.Make(4096, 3)), "vmdk", Limits.Default));
        Assert.Throws<CorruptImageException>(() => DiskFormats.Open(folder["noise"], "qcow2", Limits.Default));
        Assert.Contains("raw, vmdk, qcow2", Assert.Throws<UsageException>(() =>
            DiskFormats.Open(folder["disk.bin"], "vhdx", Limits.Default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoFileIsRefusedByName()
    {
        using var folder = new TestFolder();
        Assert.Throws<NotFoundException>(() => DiskFormats.Open(folder["missing"], null, Limits.Default));
        Assert.Throws<UsageException>(() => DiskFormats.Open(folder.Path, null, Limits.Default));
    }

    [Theory]
    [InlineData("a.vmdk", "vmdk:monolithicSparse")]
    [InlineData("/x.y/A.VMDK", "vmdk:monolithicSparse")]
    [InlineData("a.raw", "raw")]
    [InlineData("a.img", "raw")]
    [InlineData("/x.vmdk/a", "raw")]
    [InlineData("a.foo", "raw")]
    [InlineData("a.qcow2", "qcow2")]
    [InlineData("a.vhdx", "vhdx")]
    public void FileNamesSuggestFormats(string name, string format) => Assert.Equal(format, DiskFormats.FromFileName(name));

    [Theory]
    [InlineData("vhdx")]
    [InlineData("vmdk:twoGbMaxExtentSparse")]
    [InlineData("")]
    public void UnknownOutputFormatsAreRefusedWithTheListOfKnownOnes(string format)
    {
        using var folder = new TestFolder();
        var e = Assert.Throws<UsageException>(() => DiskFormats.Create(folder["a"], format, 512, false));
        Assert.All(DiskFormats.WritableFormats, known => Assert.Contains(known, e.Message, StringComparison.Ordinal));
    }
}
