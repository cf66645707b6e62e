using System.Buffers.Binary;
using Mig.Core;
using Mig.Disks.Partitions;

namespace Mig.Disks.Tests.Partitions;

/// <summary>Whatever a disk says, its partitions come out disjoint and within it, or not at all.</summary>
public class PartitionDamageTests
{
    private const int Length = 256 << 10;

    [Fact]
    public void EveryBitAndPrefixOfAnMbrAndItsChain()
    {
        DiskBuilder disk = MakeMbr();
        foreach (int sector in (int[])[0, 64, 128])
        {
            for (int bit = 446 * 8; bit < 512 * 8; bit++)
                FlipAndCheck(disk, (sector * 512 * 8) + bit);
        }

        for (int length = 0; length < disk.Bytes.Length; length += length < 70_000 ? 1 : 97)
            Check(PartitionTable.Read(new MemorySource(disk.Bytes.AsMemory(0, length)), Limits.Default), length);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void EveryBitAndPrefixOfAGpt(int sectorSize)
    {
        DiskBuilder disk = MakeGpt(sectorSize);
        IReadOnlyList<Partition> whole = disk.Read().Partitions;
        foreach (int start in (int[])[sectorSize, 2 * sectorSize, Length - sectorSize])
        {
            for (int bit = start * 8; bit < (start + 400) * 8; bit++)
                Assert.Equal(whole, FlipAndCheck(disk, bit).Partitions); // the other copy is whole
        }

        for (int length = 0; length < disk.Bytes.Length; length += length < 3 * sectorSize ? 1 : 997)
            Check(PartitionTable.Read(new MemorySource(disk.Bytes.AsMemory(0, length)), Limits.Default), length);
    }

    [Fact]
    public void AChecksumThatFitsDoesNotMakeAHeaderTrue()
    {
        for (int bit = 512 * 8; bit < (512 + 92) * 8; bit++)
        {
            DiskBuilder disk = MakeGpt(512);
            disk.Bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            disk.Seal();
            Check(disk.Read(), Length);
        }
    }

    [Fact]
    public void TheBackupIsUsedWhenThePrimaryIsGone()
    {
        DiskBuilder disk = MakeGpt(512);
        IReadOnlyList<Partition> whole = disk.Read().Partitions;
        disk.Bytes.AsSpan(512, 33 * 512).Clear();
        PartitionTable table = disk.Read();
        Assert.Equal(whole, table.Partitions);
        Assert.Contains("the primary GPT is damaged, the backup was used: signature is missing", Assert.Single(table.Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public void TheBackupOfADiskThatGrewIsFoundThroughThePrimary()
    {
        DiskBuilder small = MakeGpt(512);
        var disk = new DiskBuilder(2 * Length);
        small.Bytes.CopyTo(disk.Bytes, 0);
        disk.Bytes[1024 + 5] ^= 1; // the primary table
        PartitionTable table = disk.Read();
        Assert.Equal(small.Read().Partitions, table.Partitions);
        Assert.Contains("table checksum", Assert.Single(table.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAnyWholeCopyThereAreNoPartitions()
    {
        DiskBuilder disk = MakeGpt(512);
        disk.Bytes[512 + 20] ^= 1;
        disk.Bytes[Length - 512 + 20] ^= 1;
        PartitionTable table = disk.Read();
        Assert.Equal("none", table.Scheme);
        Assert.Contains("the GPT cannot be read: primary: header checksum", table.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void RemainsOfAGptUnderAnMbrAreNotBelieved()
    {
        DiskBuilder disk = MakeGpt(512).Entry(0, 0x83, 8, 8);
        PartitionTable table = disk.Read();
        Assert.Equal("mbr", table.Scheme);
        Assert.Equal(new ByteRange(4096, 4096), Assert.Single(table.Partitions).Range);
    }

    [Fact]
    public void AGptWithoutProtectiveMbrIsReadAndTold()
    {
        DiskBuilder disk = MakeGpt(512);
        disk.Bytes.AsSpan(0, 512).Clear();
        PartitionTable table = disk.Read();
        Assert.Equal("gpt", table.Scheme);
        Assert.Contains("no protective MBR", Assert.Single(table.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x0C, 93_000u, "header size is 93000")]
    [InlineData(0x0C, 91u, "header size is 91")]
    [InlineData(0x18, 2u, "says it stands at sector 2")]
    [InlineData(0x54, 127u, "entry size is 127")]
    [InlineData(0x54, 132u, "entry size is 132")]
    [InlineData(0x54, 8192u, "entry size is 8192")]
    [InlineData(0x50, 0x0FFFFFFFu, "268435455 entries of 128 bytes")]
    [InlineData(0x48, 0x7FFFFFFFu, "entries at sector 2147483647")]
    public void HeaderFieldsAreChecked(int field, uint value, string warning)
    {
        DiskBuilder disk = MakeGpt(512);
        BinaryPrimitives.WriteUInt32LittleEndian(disk.Bytes.AsSpan(512 + field), value);
        if (field != 0x0C)
            disk.Seal();
        PartitionTable table = disk.Read();
        Assert.Equal("gpt", table.Scheme);
        Assert.Contains(warning, Assert.Single(table.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void PartitionsThatCannotBeAreCutOrLeftOut()
    {
        PartitionTable table = new DiskBuilder(Length).Gpt((40, 50), (45, 60), (60, 59), (100, 100_000), (600, 700), (0, ulong.MaxValue))
            .Read();
        Assert.Equal([new Partition(1, new ByteRange(40 * 512, 11 * 512), "0fc63daf-8483-4772-8e79-3d69d8477de4", ""),
            new Partition(4, ByteRange.FromBounds(100 * 512, Length), "0fc63daf-8483-4772-8e79-3d69d8477de4", "")],
            table.Partitions.Select(partition => partition with { UniqueId = "" }));
        Assert.Equal(
            [
                "partition 2 is left out: its bytes [23040..31232) overlap partition 1 at [20480..26112)",
                "partition 3 is left out: it ends at sector 59, before its first, 60",
                "partition 4 is cut: it has 99901 sectors from 100, and the disk ends at 512",
                "partition 5 is left out: it begins at sector 600, and the disk ends at 512",
                "partition 6 is cut: it has 18446744073709551615 sectors from 0, and the disk ends at 512",
                "partition 6 is left out: its bytes [0..262144) overlap partition 1 at [20480..26112)",
            ],
            table.Warnings);
    }

    [Fact]
    public void AChainThatTurnsBackEnds()
    {
        PartitionTable table = new DiskBuilder(Length).Entry(0, 0x05, 64, 256)
            .Entry(0, 0x83, 1, 10, sector: 64).Entry(1, 0x05, 64, 64, sector: 64)
            .Entry(0, 0x83, 1, 10, sector: 128).Entry(1, 0x05, 64, 64, sector: 128).Read();
        Assert.Equal([5, 6], table.Partitions.Select(partition => partition.Number));
        Assert.Contains("comes back to sector 128", Assert.Single(table.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void AChainThatBreaksKeepsWhatCameBefore()
    {
        PartitionTable table = new DiskBuilder(Length).Entry(0, 0x0F, 64, 256)
            .Entry(0, 0x83, 1, 10, sector: 64).Entry(1, 0x05, 64, 64, sector: 64).Read();
        Assert.Equal([5], table.Partitions.Select(partition => partition.Number));
        Assert.Contains("from number 6 on are left out", Assert.Single(table.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void LimitsHold()
    {
        var disk = new DiskBuilder(Length);
        disk.Entry(0, 0x05, 1, 400);
        for (int i = 1; i < 400; i++)
            disk.Entry(1, 0x05, (uint)i, 1, sector: i);
        Assert.Contains("more than 10 links", Assert.Single(disk.Read(new Limits { MaxPartitions = 10 }).Warnings),
            StringComparison.Ordinal);
        PartitionTable table = MakeGpt(512).Read(new Limits { MaxPartitions = 1 });
        Assert.Single(table.Partitions);
        Assert.Contains("more than 1 partitions", Assert.Single(table.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void BootCodeThatIsNoTableIsTold()
    {
        PartitionTable table = new DiskBuilder(Length).Entry(1, 0x83, 64, 64, indicator: 0x41).Read();
        Assert.Equal("none", table.Scheme);
        Assert.Contains("the boot indicator of entry 2 is 0x41", Assert.Single(table.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NTFS    ")]
    [InlineData("EXFAT   ")]
    public void BootSectorsOfFileSystemsAreNoTables(string name)
    {
        DiskBuilder disk = new DiskBuilder(Length).Entry(0, 0x20, 0x6964206B, 0x72206B73, indicator: 0x20);
        System.Text.Encoding.ASCII.GetBytes(name, disk.Bytes.AsSpan(3));
        PartitionTable table = disk.Read();
        Assert.Equal("none", table.Scheme);
        Assert.Empty(table.Warnings);
    }

    [Fact]
    public void AnEmptyMbrIsAnMbr()
    {
        DiskBuilder disk = new DiskBuilder(Length).Entry(0, 0, 0, 0);
        Assert.Equal("mbr", disk.Read().Scheme);
        Assert.Empty(disk.Read().Partitions);
    }

    private static DiskBuilder MakeMbr() => new DiskBuilder(Length)
        .Entry(0, 0x83, 8, 32, indicator: 0x80).Entry(1, 0x05, 64, 256)
        .Entry(0, 0x83, 1, 10, sector: 64).Entry(1, 0x05, 64, 64, sector: 64)
        .Entry(0, 0x82, 1, 10, sector: 128);

    private static DiskBuilder MakeGpt(int sectorSize) => new DiskBuilder(Length, sectorSize).Gpt(
        ((ulong)(40 * 512 / sectorSize) + 3, (ulong)(60 * 512 / sectorSize) + 3),
            ((ulong)(100 * 512 / sectorSize), (ulong)(200 * 512 / sectorSize)));

    private static PartitionTable FlipAndCheck(DiskBuilder disk, int bit)
    {
        disk.Bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        PartitionTable table = disk.Read();
        disk.Bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        Check(table, disk.Bytes.Length);
        return table;
    }

    private static void Check(PartitionTable table, long length)
    {
        long end = 0;
        foreach (ByteRange range in table.Partitions.Select(partition => partition.Range).OrderBy(range => range.Offset))
        {
            Assert.True(range.Length > 0 && range.Offset >= end && range.End <= length, $"{range} after {end}, on {length} bytes");
            end = range.End;
        }
    }
}
