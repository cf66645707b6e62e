using Mig.Core;

namespace Mig.FileSystems.Fat;

/// <summary>FAT12, FAT16 and FAT32 with long names. Does not own the volume.</summary>
internal sealed class FatFileSystem : IFileSystem
{
    private const int CleanBit16 = 0x8000; // of the table's second entry
    private const int CleanBit32 = 0x08000000;

    private readonly Geometry _geometry;
    private readonly IVolumeReader _reader;
    private readonly AllocationTable _table;
    private readonly ClusterChains _chains;
    private readonly DirectoryReader _directories;
    private readonly Lazy<FileSystemInfo> _info;
    private CachedExtents? _lastExtents;
    private ISpaceWatcher? _watcher;

    private FatFileSystem(Geometry geometry, IVolumeReader reader, Limits limits)
    {
        _geometry = geometry;
        _reader = reader;
        _table = new AllocationTable(reader, geometry);
        _chains = new ClusterChains(_table, geometry, limits);
        _directories = new DirectoryReader(reader, geometry, _chains);
        _info = new Lazy<FileSystemInfo>(Describe);
    }

    public FileSystemInfo Info => _info.Value;

    public long RootNode => NodeReader.Root;

    /// <summary>Tells whether a volume begins as one of FAT does.</summary>
    public static bool IsFat(IByteSource volume)
    {
        Span<byte> bytes = stackalloc byte[BootSector.Size];
        if (volume.Length < bytes.Length)
            return false;
        volume.ReadExactly(0, bytes);
        return BootSector.IsFat(bytes);
    }

    /// <summary>Opens the file system on a volume.</summary>
    /// <param name="damage">Takes what is wrong with the volume as a whole; null to throw. Without a root directory there is nothing to
    /// read.</param>
    /// <returns>Null when the volume holds none of this family.</returns>
    public static FatFileSystem? Open(IByteSource volume, Limits limits, DamageList? damage = null)
    {
        if (!IsFat(volume))
            return null;
        Geometry geometry = ReadGeometry(volume, damage);
        var fileSystem = new FatFileSystem(geometry, new CachedReader(volume, geometry.Length), limits);
        _ = fileSystem.Info; // what is wrong with table and root shows now
        return fileSystem;
    }

    /// <summary>Reads and checks the boot sector of a volume that <see cref="IsFat"/>.</summary>
    /// <inheritdoc cref="Geometry.Make" path="/param"/>
    public static Geometry ReadGeometry(IByteSource volume, DamageList? damage = null)
    {
        Span<byte> bytes = stackalloc byte[BootSector.Size];
        volume.ReadExactly(0, bytes);
        return Geometry.Make(BootSector.Parse(bytes), volume.Length, damage);
    }

    /// <summary>Returns the file system that a writer makes, as it is now; good until its next change.</summary>
    public static FatFileSystem OpenView(Geometry geometry, IVolumeReader reader, Limits limits) => new(geometry, reader, limits);

    /// <summary>Tells whether the volume was unmounted, as far as it says.</summary>
    public static bool IsClean(Geometry geometry, AllocationTable table)
    {
        if ((geometry.State & 1) != 0)
            return false;
        int entry = table.Get(1);
        return geometry.Type == FatType.Fat12 || entry >= AllocationTable.Bad
            || (entry & (geometry.Type == FatType.Fat16 ? CleanBit16 : CleanBit32)) != 0;
    }

    public FileNode GetNode(long node, DamageList? damage = null)
    {
        if (node == NodeReader.Root)
            return NodeReader.ReadRoot();
        return NodeReader.Read(new DirectorySlot(ReadSlot(node)), node);
    }

    public IReadOnlyList<DirectoryEntry> ReadDirectory(long directory, DamageList? damage = null)
    {
        int first = GetFirstCluster(directory);
        List<ByteRange> ranges = _directories.GetRanges(first, damage);
        foreach (ByteRange range in ranges)
            _watcher?.InUse(range, directory, "directory");
        List<FatEntry> entries = _directories.Read(ranges, first, damage);
        var names = new DirectoryEntry[entries.Count];
        for (int i = 0; i < names.Length; i++)
            names[i] = new DirectoryEntry(Wtf8.Encode(entries[i].Name), entries[i].Node);
        return names;
    }

    public IReadOnlyList<FileExtent> GetExtents(long file) => FindExtents(file, out _);

    public void ReadContent(long file, long offset, Span<byte> destination)
    {
        // Content is read piece by piece: keep the last file's extents, as a fragmented file may have very many.
        CachedExtents? last = Volatile.Read(ref _lastExtents);
        if (last is null || last.File != file)
        {
            FileExtent[] extents = FindExtents(file, out long size);
            last = new CachedExtents(file, size, extents);
            Volatile.Write(ref _lastExtents, last);
        }

        SourceRange.Check(offset, destination.Length, last.Size);
        int index = last.FindFirst(offset);
        while (!destination.IsEmpty)
        {
            FileExtent extent = last.Extents[index++];
            long skipped = offset - extent.FileOffset;
            int count = (int)Math.Min(extent.Length - skipped, destination.Length);
            _reader.Read(extent.VolumeOffset + skipped, destination[..count]);
            destination = destination[count..];
            offset += count;
        }
    }

    /// <remarks>Empty when the table may lag behind the files: it was not unmounted, or was cut short.</remarks>
    public IEnumerable<ByteRange> GetFreeRanges()
    {
        if (_geometry.IsCutShort || !IsClean(_geometry, _table))
            yield break;
        foreach (ByteRange run in _table.GetFreeRuns())
            yield return new ByteRange(_geometry.OffsetOf((int)run.Offset), run.Length * _geometry.ClusterSize);
    }

    public void Watch(ISpaceWatcher watcher)
    {
        _watcher = watcher;
        if (TableCopies.FindDifference(_reader, _geometry) is { } difference)
            watcher.Doubt(difference);
    }

    public void Dispose()
    {
    }

    private FileExtent[] FindExtents(long file, out long size)
    {
        size = 0;
        if (file == NodeReader.Root)
            return [];
        var slot = new DirectorySlot(ReadSlot(file));
        if ((slot.Attributes & DosAttributes.Directory) != 0 || slot.FileSize == 0)
            return [];
        size = slot.FileSize;
        long wanted = _geometry.CountClusters(size);
        List<ClusterRun> runs = _chains.Follow(
            _geometry.GetFirstCluster(slot), wanted, $"file with the entry at {file * DirectorySlot.Size}");
        var extents = new FileExtent[runs.Count];
        long offset = 0;
        for (int i = 0; i < extents.Length; i++)
        {
            long length = (long)runs[i].Count * _geometry.ClusterSize;
            extents[i] = new FileExtent(offset, Math.Min(length, size - offset), _geometry.OffsetOf(runs[i].First));
            _watcher?.InUse(new ByteRange(extents[i].VolumeOffset, length), file, "content");
            offset += length;
        }

        if (_watcher is { } watcher && _chains.FindFaultBehind(runs) is { } fault)
            watcher.Doubt(fault);
        if (offset < size)
            throw FatError.Corrupt("FAT-024",
                $"file with the entry at {file * DirectorySlot.Size}: its chain has {offset / _geometry.ClusterSize} clusters, {wanted} "
                + $"needed for {size} bytes");
        return extents;
    }

    private int GetFirstCluster(long directory)
    {
        if (directory == NodeReader.Root)
            return _geometry.RootCluster;
        var slot = new DirectorySlot(ReadSlot(directory));
        if ((slot.Attributes & DosAttributes.Directory) == 0)
            throw FatError.Corrupt("FAT-034", $"directory entry at {directory * DirectorySlot.Size}: a file, a directory needed");
        int first = _geometry.GetFirstCluster(slot);
        return first != 0 ? first : throw FatError.Corrupt(
            "FAT-033", $"directory entry at {directory * DirectorySlot.Size}: a directory without a cluster, one needed");
    }

    private byte[] ReadSlot(long node)
    {
        long offset = node * DirectorySlot.Size;
        byte[] bytes = new byte[DirectorySlot.Size];
        var place = new ByteRange(offset, bytes.Length);
        bool isPlace = node > 0 && (_geometry.FixedRoot.Contains(place)
            || new ByteRange(_geometry.DataOffset, (long)_geometry.ClusterCount * _geometry.ClusterSize).Contains(place));
        if (isPlace)
            _reader.ReadMetadata(offset, bytes);
        var slot = new DirectorySlot(bytes);
        if (!isPlace || slot.IsEnd || slot.IsDeleted || (slot.Attributes & DosAttributes.VolumeLabel) != 0)
            throw FatError.Corrupt("FAT-031", $"node {node}: there is no directory entry at {offset}");
        return bytes;
    }

    private FileSystemInfo Describe()
    {
        return new FileSystemInfo(
            $"fat{(int)_geometry.Type}",
            _directories.ReadLabel(_geometry.RootCluster) ?? "", // where it was erased there, the boot sector's copy may stay behind
            _geometry.Serial is { } serial ? $"{serial >> 16:X4}-{serial & 0xFFFF:X4}" : "",
            _geometry.ClusterSize,
            _geometry.Length,
            _table.GetFreeRuns().Sum(static run => run.Length) * _geometry.ClusterSize,
            [])
        {
            FreeSpaceDoubt = _geometry.IsCutShort ? "the volume was cut short" : IsClean(_geometry, _table) ? ""
                : "it was not unmounted cleanly; fsck.fat would tell",
        };
    }

    private sealed record CachedExtents(long File, long Size, FileExtent[] Extents)
    {
        public int FindFirst(long offset)
        {
            int low = 0;
            int high = Extents.Length - 1;
            while (low < high)
            {
                int middle = (low + high + 1) / 2;
                if (Extents[middle].FileOffset <= offset)
                    low = middle;
                else
                    high = middle - 1;
            }

            return low;
        }
    }
}
