using System.Buffers.Binary;
using Mig.Core;
using Mig.Testing;

namespace Mig.Disks.Tests.Qcow2;

/// <summary>What a QCOW2 has beyond the disk is named, as QEMU lists it, and nothing else is.</summary>
public class Qcow2ExtrasTests
{
    private const int SnapshotCountField = 0x3C;
    private const int SnapshotsField = 0x40;

    [Fact]
    public void A_disk_without_any_has_none()
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", folder["disk.qcow2"], "1M");
        using DiskImage disk = DiskFormats.Open(folder["disk.qcow2"], null, Limits.Default);
        Assert.Empty(disk.Warnings);
        Assert.Empty(disk.Extras);
    }

    [Fact]
    public void Snapshots_and_bitmaps_are_named()
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", folder["disk.qcow2"], "1M");
        for (int i = 1; i <= 10; i++)
            Tool.Run("qemu-img", "snapshot", "-c", $"s{i} ü", folder["disk.qcow2"]);
        Tool.Run("qemu-img", "bitmap", "--add", folder["disk.qcow2"], "since monday");
        Tool.Run("qemu-img", "bitmap", "--add", folder["disk.qcow2"], "b2");
        using DiskImage disk = DiskFormats.Open(folder["disk.qcow2"], null, Limits.Default);
        Assert.Equal(
            ["10 internal snapshots (\"s1 ü\", \"s2 ü\", \"s3 ü\", \"s4 ü\", \"s5 ü\", \"s6 ü\", \"s7 ü\", \"s8 ü\" and 2 more)",
                "2 persistent bitmaps (\"since monday\", \"b2\")"],
            disk.Extras);
        Assert.Equal(disk.Extras.Select(extra => $"has {extra}; that is not kept"), disk.Warnings);
    }

    [Fact]
    public void What_the_disk_below_has_goes_by_its_name()
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", folder["base.qcow2"], "1M");
        Tool.Run("qemu-img", "snapshot", "-c", "old", folder["base.qcow2"]);
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", folder["disk.qcow2"]);
        using DiskImage disk = DiskFormats.Open(folder["disk.qcow2"], null, Limits.Default);
        Assert.Equal(["1 internal snapshot (\"old\") of base.qcow2"], disk.Extras);
    }

    [Theory]
    [InlineData("the table lies behind the end")]
    [InlineData("an entry is longer than the file")]
    [InlineData("there are more than QEMU allows")]
    public void A_table_that_cannot_be_read_stops_nothing(string damage)
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", folder["disk.qcow2"], "1M");
        Tool.Run("qemu-img", "snapshot", "-c", "s\n1", folder["disk.qcow2"]);
        byte[] file = File.ReadAllBytes(folder["disk.qcow2"]);
        int table = (int)BinaryPrimitives.ReadInt64BigEndian(file.AsSpan(SnapshotsField));
        if (damage.StartsWith("the table", StringComparison.Ordinal))
            BinaryPrimitives.WriteUInt64BigEndian(file.AsSpan(SnapshotsField), ulong.MaxValue - 100);
        else if (damage.StartsWith("an entry", StringComparison.Ordinal))
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(table + 0x24), uint.MaxValue);
        else
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(SnapshotCountField), uint.MaxValue);
        using DiskImage disk = DiskFormats.Open(folder.Write("disk.qcow2", file), null, Limits.Default);
        Assert.StartsWith(
            damage.StartsWith("there", StringComparison.Ordinal) ? "4294967295 internal snapshots (\"s?1\""
                : "1 internal snapshot, the names of which cannot be read",
            Assert.Single(disk.Extras),
            StringComparison.Ordinal);
        Assert.Equal(new byte[1 << 20], Disks.ReadAll(disk.Content));
    }

    [Fact]
    public void Extensions_that_mig_does_not_know_are_named()
    {
        using var folder = new TestFolder();
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", folder["disk.qcow2"], "1M");
        byte[] file = File.ReadAllBytes(folder["disk.qcow2"]);
        int at = (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(0x64));
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), 0x12345678);
        using DiskImage disk = DiskFormats.Open(folder.Write("disk.qcow2", file), null, Limits.Default);
        Assert.StartsWith("a header extension 12345678 of ", Assert.Single(disk.Extras), StringComparison.Ordinal);
    }
}
