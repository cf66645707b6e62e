using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>
/// Writes a growable VMDK, in any order, from several threads. In the file: header, descriptor, redundant directory and tables, directory
/// and tables, grains in the order of their first write. Tables that say nothing, and the rest of a grain written in part, are holes. Over
/// a parent, a grain of zeros is a hole too.
/// </summary>
internal sealed class MonolithicSparseWriter : IThinWriter
{
    private const int GrainSectorCount = 128;
    private const int GrainLength = GrainSectorCount * SparseHeader.SectorSize;
    private const int TableEntryCount = 512;
    private const int TableSectorCount = TableEntryCount * sizeof(uint) / SparseHeader.SectorSize;
    private const int DescriptorSectorCount = 20;
    private readonly OutputFile _file;
    private readonly Lock _lock = new();
    private readonly uint[]?[] _tables; // null for those without grains, so that a huge empty disk costs little
    private readonly long _sectorCount;
    private readonly long _directorySectorCount;
    private readonly long _overHead;
    private readonly BackingDisk? _parent;
    private long _nextSector;

    /// <param name="parent">The VMDK under it; null for a whole disk.</param>
    public MonolithicSparseWriter(string path, long length, bool overwrite, BackingDisk? parent = null)
    {
        Length = length;
        _parent = parent;
        _sectorCount = DescriptorText.SectorCountOf(length);
        long grainCount = (_sectorCount + GrainSectorCount - 1) / GrainSectorCount;
        long tableCount = (grainCount + TableEntryCount - 1) / TableEntryCount;
        _directorySectorCount = ((tableCount * sizeof(uint)) + SparseHeader.SectorSize - 1) / SparseHeader.SectorSize;
        long metadataSectorCount = DirectorySector + _directorySectorCount + (tableCount * TableSectorCount);
        metadataSectorCount += _directorySectorCount + (tableCount * TableSectorCount);
        _overHead = (metadataSectorCount + GrainSectorCount - 1) / GrainSectorCount * GrainSectorCount;
        if (_overHead > uint.MaxValue / 2)
            throw new UnsupportedFeatureException(
                "a sparse VMDK of this size", $"the disk has {length} bytes, and its tables alone would fill the file; write it as raw");
        _tables = new uint[]?[tableCount];
        _nextSector = _overHead;
        DescriptorText.FileNameOf(path);
        if (parent is not null)
            CheckParent(parent);
        _file = OutputFile.Create(path, overwrite);
    }

    public long Length { get; }

    public bool IsSequential => false;

    public int BlockLength => GrainLength;

    // Header, then descriptor, then the redundant half.
    private static long DirectorySector => 1 + DescriptorSectorCount;

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        int position = 0;
        while (ZeroRuns.TryNext(bytes, offset, GrainLength, ref position, out Range run))
            WriteGrains(offset + run.Start.Value, bytes[run]);
    }

    public void Own(ByteRange range)
    {
        // Not all products know the mark for a grain of zeros, so it gets its place in the file.
        lock (_lock)
        {
            for (long grain = range.Offset / GrainLength; grain <= (range.End - 1) / GrainLength; grain++)
                Allocate(grain);
        }
    }

    public void Complete()
    {
        _file.SetLength(_nextSector * SparseHeader.SectorSize);
        long half = _directorySectorCount + ((long)_tables.Length * TableSectorCount);
        WriteTables(DirectorySector);
        WriteTables(DirectorySector + half);
        _file.Write(SparseHeader.SectorSize,
            DescriptorText.Write("monolithicSparse", _sectorCount, "SPARSE", DescriptorText.FileNameOf(_file.Path), _parent));
        Span<byte> header = stackalloc byte[SparseHeader.Size];
        SparseHeader.Write(header, new SparseHeaderFields
        {
            Version = 1,
            Flags = SparseFlags.NewlineTest | SparseFlags.RedundantDirectory,
            Capacity = _sectorCount,
            GrainSectorCount = GrainSectorCount,
            DescriptorSectorCount = DescriptorSectorCount,
            TableEntryCount = TableEntryCount,
            RedundantDirectoryOffset = (ulong)DirectorySector,
            DirectoryOffset = (ulong)(DirectorySector + half),
            OverHead = _overHead,
        });
        _file.Write(0, header);
        _file.Publish();
    }

    public void Dispose() => _file.Dispose();

    private static void CheckParent(BackingDisk parent)
    {
        const int MaxNameLength = 1023; // QEMU takes no longer one
        DescriptorText.CheckName(parent.Name, parent.Name);
        if (System.Text.Encoding.UTF8.GetByteCount(parent.Name) > MaxNameLength)
            throw new UsageException($"the name of the parent, {parent.Name}, has more than {MaxNameLength} bytes; put it nearer");
    }

    private void WriteGrains(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            (long grain, long within) = Math.DivRem(offset, GrainLength);
            int length = (int)Math.Min(bytes.Length, GrainLength - within);
            long first;
            lock (_lock)
            {
                first = Allocate(grain);
                // Grains that follow each other on the disk and in the file are written in one go.
                while (length < bytes.Length && Allocate(grain + 1, isWelcome: first + ((length + within) / SparseHeader.SectorSize)))
                {
                    grain++;
                    length = (int)Math.Min(bytes.Length, (long)length + GrainLength);
                }
            }

            _file.Write((first * SparseHeader.SectorSize) + within, bytes[..length]);
            offset += length;
            bytes = bytes[length..];
        }
    }

    /// <summary>Takes the next grain only if it does or can lie at the sector that is welcome.</summary>
    private bool Allocate(long grain, long isWelcome)
    {
        uint present = _tables[grain / TableEntryCount]?[grain % TableEntryCount] ?? 0;
        return present == isWelcome || (present == 0 && _nextSector == isWelcome && Allocate(grain) == isWelcome);
    }

    private long Allocate(long grain)
    {
        uint[] table = _tables[grain / TableEntryCount] ??= new uint[TableEntryCount];
        ref uint sector = ref table[grain % TableEntryCount];
        if (sector != 0)
            return sector;
        if (_nextSector > uint.MaxValue - GrainSectorCount)
            throw new UnsupportedFeatureException(
                "a sparse VMDK above 2 TiB of content", $"{_file.Path} would need it; write vmdk:monolithicFlat or raw");
        sector = (uint)_nextSector;
        _nextSector += GrainSectorCount;
        return sector;
    }

    private void WriteTables(long directorySector)
    {
        uint[] directory = new uint[_tables.Length];
        long firstTable = directorySector + _directorySectorCount;
        for (int i = 0; i < _tables.Length; i++)
        {
            directory[i] = (uint)(firstTable + ((long)i * TableSectorCount));
            if (_tables[i] is { } table)
                _file.Write((long)directory[i] * SparseHeader.SectorSize, ToBytes(table));
        }

        _file.Write(directorySector * SparseHeader.SectorSize, ToBytes(directory));
    }

    // The format is little-endian, and so is every machine that .NET 10 runs on but s390x.
    private static ReadOnlySpan<byte> ToBytes(uint[] entries)
    {
        if (!BitConverter.IsLittleEndian)
            entries = Array.ConvertAll(entries, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness);
        return MemoryMarshal.AsBytes(entries.AsSpan());
    }
}
