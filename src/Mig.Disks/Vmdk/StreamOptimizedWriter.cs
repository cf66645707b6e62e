using System.Buffers.Binary;
using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>
/// Writes a compressed VMDK from front to back: header, descriptor, compressed grains, each grain table after its grains, directory,
/// footer. Grains are compressed on all cores and written in order.
/// </summary>
internal sealed class StreamOptimizedWriter : IDiskWriter
{
    private const int GrainSectorCount = 128;
    private const int GrainLength = GrainSectorCount * SparseHeader.SectorSize;
    private const int TableEntryCount = 512;
    private const int OverHead = 128;
    private const int DescriptorSectorCount = 20;
    private readonly OutputFile _file;
    private readonly GrainDeflater _deflater = new(GrainLength);
    private readonly long _sectorCount;
    private readonly uint[] _directory;
    private readonly uint[] _table = new uint[TableEntryCount];
    private byte[] _grain;
    private long _position; // first byte of the disk that was not written yet
    private long _grainNumber; // the grain that _grain collects
    private long _tableNumber; // the table that _table collects
    private long _nextSector = OverHead;

    public StreamOptimizedWriter(string path, long length, bool overwrite)
    {
        Length = length;
        _sectorCount = DescriptorText.SectorCountOf(length);
        long tableLength = (long)TableEntryCount * GrainLength;
        _directory = new uint[(length + tableLength - 1) / tableLength];
        _grain = _deflater.Rent();
        byte[] descriptor = DescriptorText.Write("streamOptimized", _sectorCount, "SPARSE", DescriptorText.FileNameOf(path));
        _file = OutputFile.Create(path, overwrite);
        try
        {
            _file.Write(0, Header(SparseHeader.DirectoryAtEnd));
            _file.Write(SparseHeader.SectorSize, descriptor);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public long Length { get; }

    public bool IsSequential => true;

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        if (offset < _position)
            throw new ArgumentException($"offset {offset} comes after {_position} was reached; this format is written from front to back",
                nameof(offset));
        while (!bytes.IsEmpty)
        {
            (long grain, long within) = Math.DivRem(offset, GrainLength);
            if (grain != _grainNumber)
                FinishGrain(grain);
            int length = (int)Math.Min(bytes.Length, GrainLength - within);
            bytes[..length].CopyTo(_grain.AsSpan((int)within));
            bytes = bytes[length..];
            offset += length;
        }

        _position = offset;
    }

    public void Complete()
    {
        FinishGrain(_grainNumber + 1);
        while (_deflater.TryTake(out CompressedGrain grain))
            Append(grain);
        FinishTable();
        byte[] directory = new byte[Sectors(_directory.Length * sizeof(uint)) * SparseHeader.SectorSize];
        for (int i = 0; i < _directory.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(directory.AsSpan(i * sizeof(uint)), _directory[i]);
        uint directorySector = AppendMarked(StreamMarker.GrainDirectory, directory);
        AppendMarked(StreamMarker.Footer, Header(directorySector));
        Append(new byte[SparseHeader.SectorSize]); // the end-of-stream marker
        _file.Publish();
    }

    public void Dispose()
    {
        _deflater.Dispose();
        _file.Dispose();
    }

    private void FinishGrain(long next)
    {
        if (!ZeroBytes.IsZero(_grain))
        {
            // Taking before adding keeps the number of grains in memory fixed, and the caller busy with what is done.
            while (_deflater.IsFull && _deflater.TryTake(out CompressedGrain done))
                Append(done);
            _deflater.Add(_grainNumber, _grain);
            _grain = _deflater.Rent();
        }

        _grainNumber = next;
    }

    private void Append(CompressedGrain grain)
    {
        long table = grain.Number / TableEntryCount;
        if (table != _tableNumber)
        {
            FinishTable();
            _tableNumber = table;
        }

        _table[grain.Number % TableEntryCount] = Append(grain.Bytes.Span);
        _deflater.Return(grain);
    }

    private void FinishTable()
    {
        if (!_table.AsSpan().ContainsAnyExcept(0u))
            return;
        byte[] bytes = new byte[TableEntryCount * sizeof(uint)];
        for (int i = 0; i < TableEntryCount; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), _table[i]);
        _directory[_tableNumber] = AppendMarked(StreamMarker.GrainTable, bytes);
        _table.AsSpan().Clear();
    }

    private uint AppendMarked(uint type, byte[] bytes)
    {
        Span<byte> marker = stackalloc byte[SparseHeader.SectorSize];
        marker.Clear();
        StreamMarker.Write(marker, type, bytes.Length / SparseHeader.SectorSize);
        Append(marker);
        return Append(bytes);
    }

    /// <summary>Appends whole sectors and returns the first.</summary>
    private uint Append(ReadOnlySpan<byte> bytes)
    {
        long sector = _nextSector;
        _nextSector += Sectors(bytes.Length);
        if (_nextSector > uint.MaxValue)
            throw new UnsupportedFeatureException(
                "a compressed VMDK above 2 TiB", $"{_file.Path} would need it; write vmdk:monolithicFlat or raw");
        _file.Write(sector * SparseHeader.SectorSize, bytes);
        return (uint)sector;
    }

    private byte[] Header(ulong directorySector)
    {
        byte[] bytes = new byte[SparseHeader.Size];
        SparseHeader.Write(bytes, new SparseHeaderFields
        {
            Version = 3,
            Flags = SparseFlags.NewlineTest | SparseFlags.Compressed | SparseFlags.Markers,
            Capacity = _sectorCount,
            GrainSectorCount = GrainSectorCount,
            DescriptorSectorCount = DescriptorSectorCount,
            TableEntryCount = TableEntryCount,
            DirectoryOffset = directorySector,
            OverHead = OverHead,
        });
        return bytes;
    }

    private static int Sectors(int length) => (length + SparseHeader.SectorSize - 1) / SparseHeader.SectorSize;
}
