using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.Disks.Qcow2;

// Layout: QEMU docs/interop/qcow2.txt, "Cluster mapping" and "Extended L2 Entries".
/// <summary>
/// Finds clusters: the L1 table is in memory, L2 tables are read when they are asked for and kept in a cache of fixed size. Safe from
/// several threads, without locks.
/// </summary>
internal sealed class ClusterTables
{
    private const int CacheBytes = 4 << 20; // covers 32 GiB of a disk with clusters of 64 KiB
    private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    private const ulong CopiedFlag = 1UL << 63; // the reference count is 1: of interest to writers
    private const ulong CompressedFlag = 1UL << 62;
    private const ulong ZeroFlag = 1;
    private const int UnitsPerCluster = 32;
    private readonly FileSource _file;
    private readonly Qcow2Layout _layout;
    private readonly ulong[] _tables;
    private readonly CachedTable?[] _cache;

    private ClusterTables(FileSource file, Qcow2Layout layout, ulong[] tables)
    {
        _file = file;
        _layout = layout;
        _tables = tables;
        _cache = new CachedTable?[Math.Clamp(CacheBytes / layout.ClusterLength, 1, Math.Max(1, tables.Length))];
    }

    /// <summary>Reads and checks the L1 table.</summary>
    public static ClusterTables Load(FileSource file, Qcow2Layout layout, Limits limits)
    {
        long count = layout.TableCount;
        if (count > layout.L1EntryCount)
            throw Corrupt(file, "QCOW2-009", $"{layout.L1EntryCount} entries, {count} needed for a disk of {layout.Length} bytes");
        if (count > limits.MaxTableBytes / sizeof(ulong))
            throw Corrupt(file, "QCOW2-010", $"{count} entries, at most {limits.MaxTableBytes / sizeof(ulong)} allowed");
        long length = count * sizeof(ulong);
        if (count > 0 && (layout.L1Offset < layout.ClusterLength || layout.L1Offset % layout.ClusterLength != 0
            || layout.L1Offset > file.Length - length))
            throw Corrupt(file, "QCOW2-011",
                $"{length} bytes at {(ulong)layout.L1Offset}, but it begins with a cluster, after the header, and lies within the "
                + $"{file.Length} bytes of the file");
        ulong[] tables = count == 0 ? [] : ReadEntries(file, layout.L1Offset, (int)count);
        long used = 0;
        for (int i = 0; i < tables.Length; i++)
        {
            ulong offset = tables[i] & OffsetMask;
            if ((tables[i] & ~(OffsetMask | CopiedFlag)) != 0 || offset % (ulong)layout.ClusterLength != 0
                || (offset != 0 && !HoldsCluster(file, layout, offset)))
                throw Corrupt(file, "QCOW2-012",
                    $"entry {i} is {tables[i]:x16}; the offset of a cluster within the {file.Length} bytes of the file expected");
            used += offset == 0 ? 0 : 1;
            tables[i] = offset;
        }

        // Tables are never shared, so there cannot be more of them than fit: else a small hostile file could stand for a disk that takes
        // hours to look through.
        if (used > file.Length / layout.ClusterLength)
            throw Corrupt(file, "QCOW2-013", $"{used} L2 tables, but the file has room for {file.Length / layout.ClusterLength} clusters");
        return new ClusterTables(file, layout, tables);
    }

    /// <summary>
    /// Returns the longest run from an offset of the disk on that is of one kind and, for data, lies in one piece in the file; it ends with
    /// its L2 table at the latest.
    /// </summary>
    public ClusterRun Find(long offset, long maxLength)
    {
        long tableLeft = (1L << _layout.TableSpanBits) - (offset & ((1L << _layout.TableSpanBits) - 1));
        maxLength = Math.Min(maxLength, tableLeft);
        ulong[]? table = GetTable(offset >> _layout.TableSpanBits);
        if (table is null)
            return new ClusterRun(ClusterKind.Backing, 0, maxLength);

        int unitBits = _layout.UnitBits;
        long unitLength = 1L << unitBits;
        int unit = (int)((offset & ((1L << _layout.TableSpanBits) - 1)) >> unitBits);
        long within = offset & (unitLength - 1);
        (ClusterKind kind, long fileOffset) = Decode(table, unit, offset);
        if (kind == ClusterKind.Compressed)
        {
            long left = _layout.ClusterLength - (offset & (_layout.ClusterLength - 1));
            return new ClusterRun(kind, fileOffset, Math.Min(left, maxLength));
        }

        long length = unitLength - within;
        while (length < maxLength)
        {
            (ClusterKind nextKind, long nextOffset) = Decode(table, ++unit, offset + length);
            if (nextKind != kind || (kind == ClusterKind.Data && nextOffset != fileOffset + within + length))
                break;
            length += unitLength;
        }

        length = Math.Min(length, maxLength);
        if (kind != ClusterKind.Data)
            return new ClusterRun(kind, 0, length);
        if (fileOffset + within > _file.Length - length)
            throw CorruptEntry("QCOW2-014", offset, $"{length} bytes at {fileOffset + within} of the file, which ends at {_file.Length}");
        return new ClusterRun(kind, fileOffset + within, length);
    }

    private (ClusterKind Kind, long FileOffset) Decode(ulong[] table, int unit, long diskOffset)
    {
        ulong entry = _layout.HasSubclusters ? table[unit / UnitsPerCluster * 2] : table[unit];
        if ((entry & CompressedFlag) != 0)
            return (ClusterKind.Compressed, (long)entry);
        ulong offset = entry & OffsetMask;
        ulong allowed = OffsetMask | CopiedFlag | (_layout.HasSubclusters ? 0 : ZeroFlag);
        if ((entry & ~allowed) != 0 || (offset & (ulong)(_layout.ClusterLength - 1)) != 0)
            throw CorruptEntry("QCOW2-015", diskOffset, $"{entry:x16}; the offset of a cluster expected, with other bits 0");
        if (_layout.HasSubclusters)
            return DecodeSubcluster(table[(unit / UnitsPerCluster * 2) + 1], unit % UnitsPerCluster, offset, diskOffset);
        if ((entry & ZeroFlag) != 0)
            return _layout.Version == 2 ? throw CorruptEntry("QCOW2-016", diskOffset, "a cluster of zeros, which version 2 does not have")
                : (ClusterKind.Zero, 0);
        return offset == 0 ? (ClusterKind.Backing, 0) : (ClusterKind.Data, (long)offset);
    }

    private (ClusterKind Kind, long FileOffset) DecodeSubcluster(ulong bitmap, int index, ulong offset, long diskOffset)
    {
        uint stored = (uint)bitmap, zero = (uint)(bitmap >> 32);
        if ((stored & zero) != 0 || (stored != 0 && offset == 0))
            throw CorruptEntry("QCOW2-017", diskOffset,
                $"subclusters {stored:x8} are stored at {offset} and {zero:x8} are zeros; none may be both, and stored ones need a "
                    + "cluster");
        if ((stored >> index & 1) != 0)
            return (ClusterKind.Data, (long)offset + ((long)index << _layout.UnitBits));
        return ((zero >> index & 1) != 0 ? ClusterKind.Zero : ClusterKind.Backing, 0);
    }

    private ulong[]? GetTable(long number)
    {
        ulong offset = _tables[number];
        if (offset == 0)
            return null;
        ref CachedTable? slot = ref _cache[number % _cache.Length];
        CachedTable? cached = Volatile.Read(ref slot);
        if (cached is null || cached.Number != number)
        {
            cached = new CachedTable(number, ReadEntries(_file, (long)offset, _layout.ClusterLength / sizeof(ulong)));
            Volatile.Write(ref slot, cached);
        }

        return cached.Entries;
    }

    private static bool HoldsCluster(FileSource file, Qcow2Layout layout, ulong offset) =>
        offset <= long.MaxValue && (long)offset <= file.Length - layout.ClusterLength;

    private static ulong[] ReadEntries(FileSource file, long offset, int count)
    {
        ulong[] entries = new ulong[count];
        file.ReadExactly(offset, MemoryMarshal.AsBytes(entries.AsSpan()));
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(entries, entries);
        return entries;
    }

    private static CorruptImageException Corrupt(FileSource file, string code, string detail) =>
        new(code, $"L1 table of {file.Path}: {detail}");

    private CorruptImageException CorruptEntry(string code, long diskOffset, string detail) =>
        new(code, $"L2 entry of {_file.Path} for offset {diskOffset} of the disk: {detail}");

    private sealed record CachedTable(long Number, ulong[] Entries);
}
