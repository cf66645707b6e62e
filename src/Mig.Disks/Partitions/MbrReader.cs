using System.Buffers.Binary;
using System.Globalization;
using Mig.Core;

namespace Mig.Disks.Partitions;

/// <summary>Reads an MBR with its extended and logical partitions, numbered as Linux numbers them.</summary>
internal static class MbrReader
{
    private const int FirstLogicalNumber = 5;

    /// <summary>Reads the partitions that <paramref name="entries"/> say, in sectors of one size.</summary>
    public static PartitionList Read(IByteSource disk, MbrEntry[] entries, int sectorSize, Limits limits)
    {
        var list = new PartitionList(disk.Length, limits);
        uint signature = ReadSignature(disk);
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].HasSectors && !entries[i].IsExtended)
                list.Add(i + 1, entries[i].FirstSector, entries[i].SectorCount, sectorSize, entries[i].TypeName, "",
                    UniqueId(signature, i + 1));
        }

        int number = FirstLogicalNumber;
        foreach (MbrEntry extended in entries.Where(entry => entry.HasSectors && entry.IsExtended))
            ReadChain(disk, extended, sectorSize, list, signature, ref number);
        return list;
    }

    /// <summary>Reads the boot sector at a sector; null when it lies outside the disk or has no signature.</summary>
    public static MbrEntry[]? TryReadEntries(IByteSource disk, long sector, int sectorSize)
    {
        long offset = sector * sectorSize;
        if (offset > disk.Length - 512)
            return null;
        Span<byte> bytes = stackalloc byte[512];
        disk.ReadExactly(offset, bytes);
        return MbrEntry.HasSignature(bytes) ? MbrEntry.ReadAll(bytes) : null;
    }

    // Layout: UEFI specification 2.10, table 5-1, "Unique MBR Disk Signature"; the form is that of the kernel's block/partitions/msdos.c.
    private static uint ReadSignature(IByteSource disk)
    {
        const int SignatureOffset = 440;
        Span<byte> signature = stackalloc byte[sizeof(uint)];
        disk.ReadExactly(SignatureOffset, signature);
        return BinaryPrimitives.ReadUInt32LittleEndian(signature);
    }

    private static string UniqueId(uint signature, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{signature:x8}-{number:x2}");

    // Each link of the chain holds a partition, relative to itself, and the next link, relative to the whole extended partition.
    private static void ReadChain(IByteSource disk, MbrEntry extended, int sectorSize, PartitionList list, uint signature, ref int number)
    {
        var seen = new HashSet<long>();
        long sector = extended.FirstSector;
        while (true)
        {
            if (!seen.Add(sector))
            {
                list.Warn($"the chain of logical partitions comes back to sector {sector}; what follows is left out");
                return;
            }

            if (seen.Count > list.MaxCount)
            {
                list.Warn($"the chain of logical partitions has more than {list.MaxCount} links; the rest is left out");
                return;
            }

            if (TryReadEntries(disk, sector, sectorSize) is not MbrEntry[] entries)
            {
                list.Warn($"the extended boot record at sector {sector} is missing or has no 55 AA signature; the logical partitions from "
                    + $"number {number} on are left out");
                return;
            }

            MbrEntry? next = null;
            foreach (MbrEntry entry in entries)
            {
                if (!entry.HasSectors)
                    continue;
                if (entry.IsExtended)
                {
                    next ??= entry;
                    continue;
                }

                // A partition may begin above 2^32 sectors here, as the sum of two numbers.
                if (!list.Add(number, (ulong)(sector + entry.FirstSector), entry.SectorCount, sectorSize, entry.TypeName, "",
                    UniqueId(signature, number)))
                    return;
                number++;
            }

            if (next is null)
                return;
            sector = (long)extended.FirstSector + next.Value.FirstSector;
        }
    }
}
