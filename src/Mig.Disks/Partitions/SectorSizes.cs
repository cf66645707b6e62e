using Mig.Core;

namespace Mig.Disks.Partitions;

/// <summary>Finds out in which sectors an MBR counts: it does not say, and an image has lost what the drive said.</summary>
internal static class SectorSizes
{
    public const int Small = 512;
    public const int Large = 4096;

    /// <summary>Returns 4096 when only in those sectors the partitions begin with something known, else 512.</summary>
    public static int Guess(IByteSource disk, MbrEntry[] entries) =>
        Score(disk, entries, Large) > Score(disk, entries, Small) ? Large : Small;

    private static int Score(IByteSource disk, MbrEntry[] entries, int sectorSize)
    {
        int score = 0;
        foreach (MbrEntry entry in entries.Where(entry => entry.HasSectors))
        {
            // Nothing that reaches over the end of the disk is counted in the right sectors.
            if ((entry.FirstSector + (long)entry.SectorCount) * sectorSize > disk.Length)
                return -1;
            long offset = (long)entry.FirstSector * sectorSize;
            if (entry.IsExtended ? MbrReader.TryReadEntries(disk, entry.FirstSector, sectorSize) is not null : IsKnownStart(disk, offset))
                score++;
        }

        return score;
    }

    private static bool IsKnownStart(IByteSource disk, long offset) =>
        Has(disk, offset + 510, [0x55, 0xAA]) // FAT, exFAT, NTFS
        || Has(disk, offset + 0x438, [0x53, 0xEF]) // ext2, 3, 4
        || Has(disk, offset, "XFSB"u8)
        || Has(disk, offset, "LUKS"u8)
        || Has(disk, offset + 512, "LABELONE"u8)
        || Has(disk, offset + 4086, "SWAPSPACE2"u8)
        || Has(disk, offset + 0x10040, "_BHRfS_M"u8)
        || Has(disk, offset, "hsqs"u8)
        || Has(disk, offset + 32769, "CD001"u8);

    private static bool Has(IByteSource disk, long offset, ReadOnlySpan<byte> magic)
    {
        if (offset > disk.Length - magic.Length)
            return false;
        Span<byte> bytes = stackalloc byte[magic.Length];
        disk.ReadExactly(offset, bytes);
        return bytes.SequenceEqual(magic);
    }
}
