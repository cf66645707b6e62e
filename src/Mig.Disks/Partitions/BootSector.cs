using System.Buffers.Binary;
using System.Numerics;

namespace Mig.Disks.Partitions;

/// <summary>Tells the boot sector of a file system on the bare disk from an MBR: both end in 55 AA.</summary>
internal static class BootSector
{
    /// <summary>Whether the sector begins as FAT, exFAT or NTFS do.</summary>
    public static bool IsFileSystem(ReadOnlySpan<byte> sector) =>
        sector[3..].StartsWith("NTFS    "u8) || sector[3..].StartsWith("EXFAT   "u8) || IsFat(sector);

    // Layout: Microsoft, "FAT: General Overview of On-Disk Format", BPB. GRUB keeps the place of a BPB in its MBR free, but zeroed.
    private static bool IsFat(ReadOnlySpan<byte> sector)
    {
        ushort sectorSize = BinaryPrimitives.ReadUInt16LittleEndian(sector[0x0B..]);
        byte clusterSectorCount = sector[0x0D];
        ushort reservedSectorCount = BinaryPrimitives.ReadUInt16LittleEndian(sector[0x0E..]);
        byte fatCount = sector[0x10];
        byte media = sector[0x15];
        return sectorSize is 512 or 1024 or 2048 or 4096
            && BitOperations.IsPow2(clusterSectorCount)
            && reservedSectorCount != 0
            && fatCount is (1 or 2)
            && (media == 0xF0 || media >= 0xF8);
    }
}
