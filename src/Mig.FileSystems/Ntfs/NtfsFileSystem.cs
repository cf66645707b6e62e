using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>NTFS 1.2 to 3.1, read as it stands: <c>$LogFile</c> is not replayed. Does not own the volume.</summary>
internal sealed class NtfsFileSystem : IFileSystem
{
    private const long LogRecord = 2;
    private const long VolumeRecord = 3;
    private const long RootRecord = 5;
    private const long BitmapRecord = 6;
    private const long BadClustersRecord = 8;
    private const long SecureRecord = 9;
    private const long LastSystemRecord = 11;
    private const ushort IsDirtyFlag = 1;
    private const int MaxLabelSize = 256;
    private const int MaxBitmapTables = 16; // a bitmap of 1 GiB: 32 TiB in clusters of 4 KiB

    private readonly Geometry _geometry;
    private readonly Limits _limits;
    private readonly ValueReader _reader;
    private readonly MasterFileTable _table;
    private readonly NodeReader _nodes;
    private readonly DirectoryReader _directories;
    private readonly Observations _observations = new();
    private readonly FreeSpace? _freeSpace;
    private readonly FileSystemInfo _info;
    private CachedValue? _lastValue;
    private ISpaceWatcher? _watcher;

    private NtfsFileSystem(IByteSource volume, Geometry geometry, Limits limits, DamageList? damage)
    {
        (_geometry, _limits) = (geometry, limits);
        _reader = new ValueReader(volume, geometry);
        _table = new MasterFileTable(volume, geometry, _reader, limits);
        bool isInUse = true;
        string label = "";
        try
        {
            NodeRecord volumeRecord = GetRecord(VolumeRecord);
            label = ReadLabel(volumeRecord);
            isInUse = IsDirty(volumeRecord) || !IsLogClean();
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e); // whether it was unmounted is not known then
        }

        var indexes = new IndexReader(_reader, geometry);
        var security = new SecurityTable(() => GetRecord(SecureRecord), indexes, _reader, limits.MaxTableBytes);
        _nodes = new NodeReader(_reader, new NodeAttributes(_reader, security, _observations, limits), _observations);
        _directories = new DirectoryReader(_table, indexes, _observations, limits, isInUse);
        var notes = new List<string>();
        if (_table.UsedMirror)
            notes.Add("The beginning of the MFT is damaged; its copy was read.");
        if (isInUse)
            notes.Add("It was not unmounted cleanly: it is read as it is, without what waits in its $LogFile.");
        long free = 0;
        try
        {
            _freeSpace = FindFreeSpace(notes);
            free = _freeSpace?.GetRanges().Sum(static range => range.Length) ?? 0;
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e);
            _freeSpace = null;
        }

        if (isInUse || geometry.IsCutShort)
            _freeSpace = null;
        _info = new FileSystemInfo("ntfs", label, geometry.Serial.ToString("X16", System.Globalization.CultureInfo.InvariantCulture),
            geometry.ClusterSize, geometry.Length, free, notes)
        {
            FreeSpaceDoubt = geometry.IsCutShort ? "the volume was cut short" : isInUse ? "it was not unmounted cleanly" : _table.UsedMirror
                ? "the beginning of its MFT is damaged" : "",
        };
    }

    public FileSystemInfo Info => _info with { Notes = [.. _info.Notes, .. _observations.Describe()] };

    public long RootNode => RootRecord;

    /// <summary>Opens the file system on a volume.</summary>
    /// <returns>Null when the volume holds none of this kind.</returns>
    /// <param name="damage">Takes what is wrong with the volume as a whole; null to throw. Without a root directory there is nothing to
    /// read.</param>
    public static NtfsFileSystem? Open(IByteSource volume, Limits limits, DamageList? damage = null)
    {
        if (volume.Length < BootSector.Size)
            return null;
        byte[] boot = new byte[BootSector.Size];
        volume.ReadExactly(0, boot);
        return BootSector.HasMagic(boot) ? new NtfsFileSystem(volume, BootSector.Parse(boot, volume.Length, damage), limits, damage) : null;
    }

    public FileNode GetNode(long node, DamageList? damage = null)
    {
        NodeRecord record = GetRecord(node);
        FileNode read = _nodes.Read(record, damage);
        if (read.Type is not (NodeType.File or NodeType.Directory))
            TellWatcher(record); // those are told when their extents or their names are read
        return read;
    }

    public IReadOnlyList<DirectoryEntry> ReadDirectory(long directory, DamageList? damage = null)
    {
        NodeRecord record = GetRecord(directory);
        if (!record.IsDirectory)
            throw NtfsError.Corrupt("NTFS-051", $"MFT record {directory}: it is no directory, and one is needed");
        TellWatcher(record);
        return _directories.Read(record, damage);
    }

    public IReadOnlyList<FileExtent> GetExtents(long file)
    {
        NodeRecord record = GetRecord(file);
        TellWatcher(record);
        return FindContent(record) is { } value ? FileMap.GetExtents(value, _geometry.ClusterSize) : [];
    }

    public void ReadContent(long file, long offset, Span<byte> destination)
    {
        // Content is read piece by piece: keep the last file's runs, as a fragmented file may have very many.
        CachedValue? last = Volatile.Read(ref _lastValue);
        if (last is null || last.File != file)
        {
            last = new CachedValue(file, FindContent(GetRecord(file)));
            Volatile.Write(ref _lastValue, last);
        }

        SourceRange.Check(offset, destination.Length, last.Value?.Size ?? 0);
        if (last.Value is not null && !destination.IsEmpty)
            _reader.Read(last.Value, offset, destination);
    }

    /// <remarks>Empty when the volume was in use, as the bitmap may lag behind the files.</remarks>
    public IEnumerable<ByteRange> GetFreeRanges() => _freeSpace?.GetRanges() ?? [];

    public void Watch(ISpaceWatcher watcher)
    {
        _watcher = watcher;
        watcher.InUse(new ByteRange(0, _geometry.ClusterSize), ISpaceWatcher.NoNode, "boot sector");
        for (long number = 0; number <= LastSystemRecord; number++)
        {
            if (number == BadClustersRecord)
                continue; // a hole as long as the volume, but for what is bad
            NodeRecord record = GetRecord(number);
            TellWatcher(record);
            if (number != LastSystemRecord || !record.IsDirectory)
                continue;

            // What lies in $Extend is hidden from a walk, as the format's own files are.
            foreach (DirectoryEntry entry in _directories.Read(record))
                TellWatcher(GetRecord(entry.Node));
        }
    }

    public void Dispose()
    {
    }

    private NodeRecord GetRecord(long number) => NodeRecord.Read(number, _table, _reader, _geometry, _limits);

    private FreeSpace? FindFreeSpace(List<string> notes)
    {
        AttributeValue? bitmap = GetRecord(BitmapRecord).Find(AttributeType.Data);
        if (bitmap is null || bitmap.Size < (_geometry.ClusterCount + 7) / 8)
            throw NtfsError.Corrupt("NTFS-050",
                $"$Bitmap has {bitmap?.Size ?? 0} bytes, {(_geometry.ClusterCount + 7) / 8} needed for {_geometry.ClusterCount} clusters");
        if (bitmap.Size <= (long)_limits.MaxTableBytes * MaxBitmapTables)
            return new FreeSpace(bitmap, _reader, _geometry);
        notes.Add("It has too many clusters to look for free ones.");
        return null;
    }

    private AttributeValue? FindContent(NodeRecord record) =>
        _nodes.GetType(record, StandardInformation.Read(record)) == NodeType.File ? record.Find(AttributeType.Data) : null;

    // All that has clusters: content, named streams, indexes, bitmaps, lists of attributes, descriptors.
    private void TellWatcher(NodeRecord record)
    {
        if (_watcher is not { } watcher)
            return;
        try
        {
            foreach (AttributeValue value in record.OutOfRecord)
            {
                foreach (Run run in value.GetRuns())
                {
                    if (!run.IsHole)
                        watcher.InUse(new ByteRange(run.Lcn * _geometry.ClusterSize, run.Count * _geometry.ClusterSize), record.Number,
                            Describe(value.Type));
                }
            }
        }
        catch (CorruptImageException e)
        {
            // Of a value that nobody reads: the volume is looked into all the same.
            watcher.Doubt(e.Message);
        }
    }

    private static string Describe(AttributeType type) => type switch
    {
        AttributeType.Data => "content",
        AttributeType.IndexAllocation => "directory",
        AttributeType.AttributeList => "list of attributes",
        _ => "attribute",
    };

    private static bool IsDirty(NodeRecord volume) =>
        volume.Find(AttributeType.VolumeInformation) is { IsResident: true, Size: >= 12 } information
            ? (BinaryPrimitives.ReadUInt16LittleEndian(information.Resident[0x0A..]) & IsDirtyFlag) != 0
            : throw NtfsError.Corrupt("NTFS-052", "MFT record 3: the volume's version and flags are missing, 12 bytes needed");

    private bool IsLogClean() => GetRecord(LogRecord).Find(AttributeType.Data) is { } log && LogFile.IsClean(log, _reader);

    private string ReadLabel(NodeRecord volume) =>
        volume.Find(AttributeType.VolumeName) is { } name
            ? new string(MemoryMarshal.Cast<byte, char>(_reader.ReadWhole(name, MaxLabelSize))) : "";

    private sealed record CachedValue(long File, AttributeValue? Value);
}
