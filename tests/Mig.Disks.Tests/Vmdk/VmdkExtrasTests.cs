using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Vmdk;

/// <summary>What a VMDK has beyond the disk is named.</summary>
public class VmdkExtrasTests
{
    private const string Descriptor = """
        # Disk DescriptorFile
        version=1
        CID=12345678
        parentCID=ffffffff
        createType="monolithicFlat"
        RW 8 FLAT "flat.vmdk" 0
        ddb.adapterType = "lsilogic"
        ddb.geometry.cylinders = "1"

        """;

    [Fact]
    public void What_every_disk_has_is_no_warning()
    {
        using var folder = new TestFolder();
        using DiskImage disk = Open(folder, Descriptor);
        Assert.Empty(disk.Warnings);
        Assert.Equal(["ddb.adapterType = \"lsilogic\""], disk.Extras);
    }

    [Fact]
    public void Tracked_blocks_and_unknown_keys_are_warned_of()
    {
        using var folder = new TestFolder();
        using DiskImage disk = Open(folder, Descriptor + "changeTrackPath=\"disk-ctk.vmdk\"\nddb.iofilters = \"vmwarelwd\"\n");
        Assert.Equal(
            ["has a file that tracks changed blocks, \"disk-ctk.vmdk\"; that is not kept",
                "has ddb.iofilters = \"vmwarelwd\" in its descriptor; that is not kept"],
            disk.Warnings);
        Assert.Equal(3, disk.Extras.Count);
    }

    [Fact]
    public void Snapshots_beside_a_disk_are_told_of()
    {
        using var folder = new TestFolder();
        folder.Write("disk-000002.vmdk", "x");
        folder.Write("disk-000001.vmdk", "x");
        folder.Write("disk-1.vmdk", "x");
        folder.Write("disk2-000001.vmdk", "x");
        using DiskImage disk = Open(folder, Descriptor);
        Assert.StartsWith("disk-000001.vmdk, disk-000002.vmdk beside it are named as snapshots of VMware are", Assert.Single(disk.Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_mig_and_QEMU_write_has_nothing_to_warn_of()
    {
        using var folder = new TestFolder();
        foreach (string format in (string[])["vmdk:monolithicSparse", "vmdk:streamOptimized", "vmdk:monolithicFlat"])
        {
            Disks.Write(folder["mig.vmdk"], format, MixedBytes.Make(70_000 / 512 * 512, 1), overwrite: true);
            Tool.Run("qemu-img", "convert", "-O", "vmdk", "-o", $"subformat={format[5..]}", folder["mig.vmdk"], folder["qemu.vmdk"]);
            foreach (string name in (string[])["mig.vmdk", "qemu.vmdk"])
            {
                using DiskImage disk = DiskFormats.Open(folder[name], null, Limits.Default);
                Assert.Empty(disk.Warnings);
            }
        }
    }

    private static DiskImage Open(TestFolder folder, string descriptor)
    {
        folder.Write("flat.vmdk", new byte[4096]);
        return DiskFormats.Open(folder.Write("disk.vmdk", descriptor), null, Limits.Default);
    }
}
