using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>
/// Finds grains: a directory of tables, each of which has the first sector of some hundred grains. The directory is in memory, the tables
/// are read when they are asked for and kept in a cache of fixed size. Safe from several threads, without locks.
/// </summary>
internal sealed class GrainDirectory
{
    private const int CacheBytes = 8 << 20; // covers 128 GiB of a disk with the usual sizes
    public const uint ZeroedGrain = 1; // where the header says that there are such: zeros, whatever the parent has
    private readonly FileSource _file;
    private readonly SparseLayout _layout;
    private readonly DiskWarnings _warnings;
    private readonly uint[] _tables;
    private readonly uint[]? _redundantTables;
    private readonly CachedTable?[] _cache;

    private GrainDirectory(FileSource file, SparseLayout layout, DiskWarnings warnings, uint[] tables, uint[]? redundantTables)
    {
        _file = file;
        _layout = layout;
        _warnings = warnings;
        _tables = tables;
        _redundantTables = redundantTables;
        _cache = new CachedTable?[Math.Clamp(CacheBytes / TableLength, 1, Math.Max(1, tables.Length))];
    }

    private int TableLength => _layout.TableEntryCount * sizeof(uint);

    /// <summary>Reads and checks the directory; takes the redundant one where the primary points nowhere.</summary>
    public static GrainDirectory Load(FileSource file, SparseLayout layout, Limits limits, DiskWarnings warnings)
    {
        if (layout.TableCount > limits.MaxTableBytes / sizeof(uint))
            throw new CorruptImageException("VMDK-009",
                $"grain directory of {file.Path}: {layout.TableCount} tables, at most {limits.MaxTableBytes / sizeof(uint)} allowed");
        int count = (int)layout.TableCount;
        uint[]? primary = TryRead(file, layout.DirectoryOffset, count);
        uint[]? redundant = layout.RedundantDirectoryOffset is ulong offset ? TryRead(file, offset, count) : null;
        if (primary is null && redundant is null)
            throw new CorruptImageException(
                "VMDK-008",
                $"grain directory of {file.Path}: {count} entries at sector {layout.DirectoryOffset}, but the file ends at "
                + $"{file.Length / SparseHeader.SectorSize}");
        if (primary is null)
            warnings.Add(
                file.Path, $"the grain directory at sector {layout.DirectoryOffset} is not in the file; the redundant one was used");
        uint[] tables = primary ?? redundant!;
        uint[]? others = primary is null ? null : redundant;
        long lastSector = (file.Length - (layout.TableEntryCount * sizeof(uint))) / SparseHeader.SectorSize;
        for (int i = 0; i < tables.Length; i++)
        {
            if (tables[i] <= lastSector)
                continue;
            if (others is null || others[i] == 0 || others[i] > lastSector)
                throw new CorruptImageException("VMDK-010",
                    $"grain directory of {file.Path}: entry {i} is sector {tables[i]}, at most {Math.Max(0, lastSector)} allowed");
            warnings.Add(
                file.Path, $"entry {i} of the grain directory is sector {tables[i]}, outside the file; the redundant one was used");
            tables[i] = others[i];
        }

        return new GrainDirectory(file, layout, warnings, tables, others);
    }

    /// <summary>
    /// Returns the table with this number: for each grain its first sector in the file, 0 when it has none, or <see cref="ZeroedGrain"/>;
    /// empty when the table itself is missing.
    /// </summary>
    public ReadOnlySpan<uint> GetTable(long number)
    {
        uint sector = _tables[number];
        if (sector == 0)
            return default;
        ref CachedTable? slot = ref _cache[number % _cache.Length];
        CachedTable? cached = Volatile.Read(ref slot);
        if (cached is null || cached.Number != number)
        {
            cached = new CachedTable(number, Load((int)number, sector));
            Volatile.Write(ref slot, cached);
        }

        return cached.Sectors;
    }

    /// <summary>Returns the first sector of a grain in the file, 0 when it has none, or <see cref="ZeroedGrain"/>.</summary>
    public uint Find(long grain)
    {
        (long number, long index) = Math.DivRem(grain, _layout.TableEntryCount);
        ReadOnlySpan<uint> table = GetTable(number);
        return table.IsEmpty ? 0 : table[(int)index];
    }

    private uint[] Load(int number, uint sector)
    {
        uint[] table = ReadEntries(_file, sector, _layout.TableEntryCount);
        if (_redundantTables is { } others && others[number] != 0 && others[number] != sector && IsInFile(others[number]))
        {
            uint[] other = ReadEntries(_file, others[number], _layout.TableEntryCount);
            if (!table.AsSpan().SequenceEqual(other))
                table = Choose(number, table, other);
        }

        return table;
    }

    // The two are written together, so one of them is damaged. Only an entry that points nowhere tells which.
    private uint[] Choose(int number, uint[] primary, uint[] redundant)
    {
        bool takeRedundant = !IsPlausible(primary) && IsPlausible(redundant);
        _warnings.Add(
            _file.Path, $"the two copies of grain table {number} differ; the {(takeRedundant ? "redundant" : "primary")} one was used");
        return takeRedundant ? redundant : primary;
    }

    private bool IsPlausible(uint[] table)
    {
        long end = _file.Length / SparseHeader.SectorSize;
        foreach (uint entry in table)
        {
            if (entry > ZeroedGrain && (entry < _layout.FirstGrainSector || entry >= end))
                return false;
        }

        return true;
    }

    private bool IsInFile(uint sector) => ((long)sector * SparseHeader.SectorSize) + TableLength <= _file.Length;

    private static uint[]? TryRead(FileSource file, ulong sector, int count)
    {
        long length = (long)count * sizeof(uint);
        // The division keeps a hostile sector from overflowing.
        return sector > (ulong)(file.Length / SparseHeader.SectorSize) || ((long)sector * SparseHeader.SectorSize) + length > file.Length
            ? null : ReadEntries(file, (long)sector, count);
    }

    private static uint[] ReadEntries(FileSource file, long sector, int count)
    {
        uint[] entries = new uint[count];
        file.ReadExactly(sector * SparseHeader.SectorSize, MemoryMarshal.AsBytes(entries.AsSpan()));
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(entries, entries);
        return entries;
    }

    private sealed record CachedTable(long Number, uint[] Sectors);
}
