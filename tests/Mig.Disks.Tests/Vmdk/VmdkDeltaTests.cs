using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Vmdk;

/// <summary>Delta disks of QEMU, over their parents.</summary>
public class VmdkDeltaTests
{
    [Theory]
    [InlineData("monolithicSparse", "")]
    [InlineData("monolithicFlat", "")]
    [InlineData("twoGbMaxExtentSparse", "")]
    [InlineData("streamOptimized", "")]
    [InlineData("monolithicSparse", "zeroed_grain=on")]
    public void ADeltaShowsItsParent(string parent, string options)
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", $"subformat={parent}",
            folder.Write("raw", MixedBytes.Make(2 << 20, 5)), folder["base.vmdk"]);
        Tool.Run("qemu-img", ["create", "-q", "-f", "vmdk", .. options.Length > 0 ? (string[])["-o", options] : [], "-b", "base.vmdk", "-F",
            "vmdk", folder["disk.vmdk"]]);
        List<string> commands = ["-c", "write -P 1 3000 100", "-c", "write -P 2 1M 130k"];
        if (options.Length > 0)
            commands.AddRange(["-c", "write -z 512k 128k"]);
        Tool.Run("qemu-io", ["-f", "vmdk", .. commands, folder["disk.vmdk"]]);
        Tool.Run("qemu-img", "convert", "-f", "vmdk", "-O", "raw", folder["disk.vmdk"], folder["judged"]);
        byte[] judged = File.ReadAllBytes(folder["judged"]);
        Assert.NotEqual(File.ReadAllBytes(folder["raw"]), judged);
        using DiskImage disk = DiskFormats.Open(folder["disk.vmdk"], null, Limits.Default);
        Disks.AssertSame(judged, Disks.ReadAll(disk.Content));
        Disks.AssertSame(judged, Disks.ReadStored(disk.Content));
        Assert.Equal(folder["base.vmdk"], disk.Files[1]);
    }

    [Fact]
    public void AnExtentSeesItsPartOfTheParent()
    {
        using var folder = new TestFolder();
        byte[] content = MixedBytes.Make(4 << 20, 6);
        Disks.Write(folder["base.vmdk"], "vmdk", content);
        using DiskImage parent = DiskFormats.Open(folder["base.vmdk"], null, Limits.Default);
        Disks.Write(folder["a.vmdk"], "vmdk", new byte[1 << 20]);
        Disks.Write(folder["b.vmdk"], "vmdk", new byte[3 << 20]);
        string path = folder.Write("disk.vmdk",
            $"# Disk DescriptorFile\nversion=1\nCID=1\nparentCID={parent.ContentId:x8}\nparentFileNameHint=\"base.vmdk\"\ncreateType=\"twoGbMaxExtentSparse\"\nRW 2048 SPARSE \"a.vmdk\"\nRW 6144 SPARSE \"b.vmdk\"\n");
        Disks.AssertSame(content, Disks.ReadAll(path));
    }

    [Fact]
    public void AParentIsFollowedOnlyWhereTheFormatIsExpected()
    {
        using var folder = new TestFolder();
        Overlays.Write(folder, "vmdk", new byte[1 << 20]);
        File.Move(folder["top.vmdk"], folder["guest.raw"]);
        Assert.Contains("extension", Assert.Throws<UnsupportedFeatureException>(() =>
            DiskFormats.Open(folder["guest.raw"], null, Limits.Default)).Feature, StringComparison.Ordinal);
        Disks.AssertSame(new byte[1 << 20], Disks.ReadAll(folder["guest.raw"], "vmdk"));
    }
}
