using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Mig.Core;

namespace Mig.Disks.Partitions;

/// <summary>Reads a GUID partition table: the primary, or the backup where that one is damaged.</summary>
internal static class GptReader
{
    private const ulong PrimarySector = 1;

    /// <summary>Whether the sector after the first holds a GPT signature.</summary>
    public static bool HasPrimarySignature(IByteSource disk, int sectorSize) =>
        TryReadSector(disk, PrimarySector, sectorSize) is byte[] sector && GptHeader.HasSignature(sector);

    /// <summary>Returns the table; null, with warnings, when neither copy is whole.</summary>
    public static PartitionTable? Read(IByteSource disk, int sectorSize, Limits limits, List<string> warnings)
    {
        byte[]? table = ReadCopy(disk, PrimarySector, sectorSize, limits, out int entrySize, out ulong alternate, out string? problem);
        if (table is null)
        {
            ulong last = (ulong)(disk.Length / sectorSize) - 1;
            table = ReadCopy(disk, last, sectorSize, limits, out entrySize, out _, out string? backupProblem);
            // A disk that was made larger has its backup where it used to end; an intact primary header knows where.
            if (table is null && alternate != 0 && alternate != last)
                table = ReadCopy(disk, alternate, sectorSize, limits, out entrySize, out _, out backupProblem);
            if (table is null)
            {
                warnings.Add($"the GPT cannot be read: primary: {problem}; backup: {backupProblem}");
                return null;
            }

            warnings.Add($"the primary GPT is damaged, the backup was used: {problem}");
        }

        var list = new PartitionList(disk.Length, limits);
        list.Warnings.AddRange(warnings);
        ReadEntries(table, entrySize, sectorSize, list);
        return new PartitionTable("gpt", sectorSize, list.ToSorted(), list.Warnings) { LeftOut = list.LeftOut };
    }

    private static byte[]? ReadCopy(
        IByteSource disk, ulong sector, int sectorSize, Limits limits, out int entrySize, out ulong alternate, out string? problem)
    {
        entrySize = 0;
        alternate = 0;
        if (TryReadSector(disk, sector, sectorSize) is not byte[] bytes)
        {
            problem = $"sector {sector} lies outside the disk";
            return null;
        }

        GptHeader header = GptHeader.Parse(bytes, sector, limits, out problem);
        if (problem is not null)
            return null;
        entrySize = header.EntrySize;
        alternate = header.AlternateSector;
        int length = (int)header.EntryCount * header.EntrySize;
        ulong sectorCount = (ulong)(disk.Length / sectorSize);
        if (header.TableSector >= sectorCount || (ulong)length > (sectorCount - header.TableSector) * (ulong)sectorSize)
        {
            problem = $"{header.EntryCount} entries at sector {header.TableSector}, but the disk ends at {sectorCount}";
            return null;
        }

        byte[] table = new byte[length];
        disk.ReadExactly((long)header.TableSector * sectorSize, table);
        uint crc = Crc32.HashToUInt32(table);
        if (crc == header.TableCrc)
            return table;
        problem = $"table checksum is 0x{header.TableCrc:x8}, the table at sector {header.TableSector} has 0x{crc:x8}";
        return null;
    }

    // Layout: UEFI specification 2.10, table 5-6, "GPT Partition Entry".
    private static void ReadEntries(byte[] table, int entrySize, int sectorSize, PartitionList list)
    {
        for (int i = 0; i < table.Length / entrySize; i++)
        {
            ReadOnlySpan<byte> entry = table.AsSpan(i * entrySize, GptHeader.MinEntrySize);
            var type = new Guid(entry[..0x10]);
            if (type == Guid.Empty)
                continue;
            ulong first = BinaryPrimitives.ReadUInt64LittleEndian(entry[0x20..]);
            ulong last = BinaryPrimitives.ReadUInt64LittleEndian(entry[0x28..]);
            if (last < first)
            {
                list.Warn($"partition {i + 1} is left out: it ends at sector {last}, before its first, {first}");
                continue;
            }

            string name = Encoding.Unicode.GetString(entry[0x38..0x80]);
            int end = name.IndexOf('\0', StringComparison.Ordinal);
            // 0..2^64-1 is a count that does not fit; such a partition is cut to the disk anyway.
            ulong count = last - first == ulong.MaxValue ? ulong.MaxValue : last - first + 1;
            if (!list.Add(i + 1, first, count, sectorSize, type.ToString("d"), end < 0 ? name : name[..end], new Guid(entry[0x10..0x20])
                .ToString("d")))
                return;
        }
    }

    private static byte[]? TryReadSector(IByteSource disk, ulong sector, int sectorSize)
    {
        if (sector >= (ulong)(disk.Length / sectorSize))
            return null;
        byte[] bytes = new byte[sectorSize];
        disk.ReadExactly((long)sector * sectorSize, bytes);
        return bytes;
    }
}
