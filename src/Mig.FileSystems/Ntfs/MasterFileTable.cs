using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>Reads MFT records, cached in pieces because neighbours are asked for together. Safe for several threads.</summary>
internal sealed class MasterFileTable
{
    private const int PieceSize = 64 << 10;
    private const int PieceCount = 256;
    private const int MirroredRecords = 4;

    private readonly IByteSource _volume;
    private readonly Geometry _geometry;
    private readonly Limits _limits;
    private readonly ValueReader _reader;
    private readonly PieceCache _pieces = new(PieceSize, PieceCount);
    private readonly List<Run> _runs;
    private readonly bool _isWhole;
    private long _recordCount;

    public MasterFileTable(IByteSource volume, Geometry geometry, ValueReader reader, Limits limits)
    {
        (_volume, _geometry, _limits, _reader) = (volume, geometry, limits, reader);

        // The table's own record says where the rest is; until it is read, it alone is known.
        _recordCount = 1;
        _runs = [new Run(0, (geometry.RecordSize + geometry.ClusterSize - 1) / geometry.ClusterSize, geometry.TableCluster)];
        FindTable(ReadRecord(0));
        _isWhole = true;
    }

    /// <summary>Tells whether a record had to be read from <c>$MFTMirr</c>.</summary>
    public bool UsedMirror { get; private set; }

    /// <summary>Tells whether a record is in use, and as what a directory entry means.</summary>
    public bool IsUsed(FileReference reference) =>
        reference.Number < _recordCount && FileRecord.IsUsed(Peek(reference.Number), reference.Sequence);

    /// <exception cref="CorruptImageException">There is no such record, or it is damaged.</exception>
    public FileRecord ReadRecord(long number)
    {
        if (number < 0 || number >= _recordCount)
            throw NtfsError.Corrupt("NTFS-019", $"MFT record {number} is named, and there are {_recordCount}");
        try
        {
            return FileRecord.Parse(number, Peek(number).ToArray(), _geometry);
        }
        catch (CorruptImageException) when (number < MirroredRecords && _geometry.MirrorCluster >= 0 && HasMirror(number))
        {
            byte[] copy = new byte[_geometry.RecordSize];
            _volume.ReadExactly((_geometry.MirrorCluster * _geometry.ClusterSize) + (number * _geometry.RecordSize), copy);
            FileRecord record = FileRecord.Parse(number, copy, _geometry);
            UsedMirror = true;
            return record;
        }
    }

    private bool HasMirror(long number) =>
        (_geometry.MirrorCluster * _geometry.ClusterSize) + ((number + 1) * _geometry.RecordSize) <= _geometry.ClusterCount
            * _geometry.ClusterSize;

    private ReadOnlySpan<byte> Peek(long number)
    {
        long offset = number * _geometry.RecordSize;
        byte[]? piece = _pieces.Find(offset / PieceSize);
        if (piece is null)
        {
            // Before the whole table is known, a piece may end too early.
            long start = offset / PieceSize * PieceSize;
            piece = new byte[Math.Min(PieceSize, (_recordCount * _geometry.RecordSize) - start)];
            _reader.ReadRuns(CollectionsMarshal.AsSpan(_runs), start, piece);
            if (_isWhole)
                _pieces.Keep(offset / PieceSize, piece);
        }

        return piece.AsSpan((int)(offset % PieceSize), _geometry.RecordSize);
    }

    // A fragmented table continues in records that lie in those parts of it that are known by then.
    private void FindTable(FileRecord self)
    {
        List<StoredAttribute> own = self.Attributes.FindAll(IsTable);
        if (own.Count != 1 || own[0].LowestVcn != 0 || own[0].IsResident || (own[0].Flags & AttributeFlags.CompressionMethod) != 0)
            throw NtfsError.Corrupt("NTFS-026",
                $"MFT record 0: it has {own.Count} tables of its own, one that is neither resident nor compressed needed");
        long count = own[0].Size / _geometry.RecordSize;
        _runs.Clear();
        long end = Add(own[0], count);
        if (self.Attributes.Find(static attribute => attribute.Type == AttributeType.AttributeList) is { } stored)
        {
            var list = new AttributeValue(0, [stored], _geometry, _limits);
            foreach (AttributeListEntry entry in AttributeListEntry.ReadAll(_reader.ReadWhole(list, AttributeListEntry.MaxListSize), 0))
            {
                if (entry.Type != AttributeType.Data || entry.IsNamed || entry.Reference.Number == 0 || entry.LowestVcn != end)
                    continue;
                end = Add(
                    ReadRecord(entry.Reference.Number).Attributes.Find(attribute =>
                        IsTable(attribute) && !attribute.IsResident && attribute.LowestVcn == end)
                        ?? throw NtfsError.Corrupt("NTFS-027",
                            $"MFT record {entry.Reference.Number}: the table's part from cluster {end} on is not there"),
                    count);
            }
        }

        if (_recordCount != count)
            throw NtfsError.Corrupt("NTFS-023", $"MFT record 0: the table has {count} records, and clusters for {_recordCount}");
    }

    private long Add(StoredAttribute part, long count)
    {
        if (MappingPairs.Decode(part.Bytes.Span, part.LowestVcn, part.EndVcn, _geometry.ClusterCount, _limits.MaxExtentsPerFile,
            _runs) is { } wrong)
            throw NtfsError.Corrupt("NTFS-021", $"MFT record 0: the table: {wrong}");
        _recordCount = Math.Min(count, part.EndVcn * _geometry.ClusterSize / _geometry.RecordSize);
        return part.EndVcn;
    }

    private static bool IsTable(StoredAttribute attribute) => attribute.Type == AttributeType.Data && attribute.Name.Length == 0;
}
