using System.Text;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.FileSystems.Ext;

/// <summary>ext2, ext3 and ext4, read through their journal. Does not own the volume.</summary>
internal sealed class ExtFileSystem : IFileSystem
{
    private readonly Geometry _geometry;
    private readonly IBlockReader _reader;
    private readonly GroupTable _groups;
    private readonly InodeTable _inodes;
    private readonly FileMap _map;
    private readonly FileMap _hiddenMap;
    private readonly AttributeReader _attributes;
    private readonly NodeReader _nodes;
    private readonly DirectoryReader _directories;
    private readonly Limits _limits;
    private readonly InodeBitmaps _used;
    private ISpaceWatcher? _watcher;
    private CachedExtents? _lastExtents;

    private ExtFileSystem(Geometry geometry, IBlockReader reader, Limits limits, IReadOnlyList<string> notes, DamageList? damage = null)
    {
        _geometry = geometry;
        _reader = reader;
        _limits = limits;
        _groups = new GroupTable(reader, geometry, limits, isLenient: damage is not null);
        _inodes = new InodeTable(reader, geometry, _groups);
        _map = new FileMap(reader, geometry, limits);
        _hiddenMap = new FileMap(reader, geometry, limits);
        _attributes = new AttributeReader(reader, geometry, _inodes, _map, limits);
        _nodes = new NodeReader(geometry, _map, _attributes);
        _directories = new DirectoryReader(reader, geometry, _map, limits);
        _used = new InodeBitmaps(reader, geometry, _groups);
        Info = Describe(notes, damage);
    }

    public FileSystemInfo Info { get; }

    public long RootNode => Geometry.RootInode;

    /// <summary>Opens the file system on a volume.</summary>
    /// <param name="damage">Takes what is wrong with the volume as a whole; null to throw. Without a root directory there is nothing to
    /// read.</param>
    /// <returns>Null when the volume holds none of this family.</returns>
    public static ExtFileSystem? Open(IByteSource volume, Limits limits, DamageList? damage = null)
    {
        byte[] bytes = new byte[Superblock.Size];
        if (volume.Length < Superblock.Offset + Superblock.Size)
            return null;
        volume.ReadExactly(Superblock.Offset, bytes);
        if (!Superblock.HasMagic(bytes))
            return null;
        Geometry geometry = ReadGeometry(bytes, volume, damage);
        var notes = new List<string>();
        JournalOverlay overlay = JournalOverlay.Empty;
        if (geometry.Has(IncompatibleFeatures.Recover))
        {
            try
            {
                (overlay, geometry) = Recover(volume, geometry, bytes, limits, notes, damage);
            }
            catch (MigException e) when (damage is not null && e is CorruptImageException or UnsupportedFeatureException)
            {
                damage.Add([],
                    "the file system was in use, and its journal cannot be replayed: files are as they stand without it, some of them "
                    + $"half written. {e.Message}");
            }
        }

        var fileSystem = new ExtFileSystem(
            geometry, new BlockReader(volume, geometry.Length, geometry.BlockSize, overlay), limits, notes, damage);
        fileSystem.Reserve(damage);
        if (damage is not null)
            fileSystem.CheckRoot();
        return fileSystem;
    }

    public FileNode GetNode(long node, DamageList? damage = null) => _nodes.Read(CheckUsed(_inodes.GetUsed(node)), damage);

    public IReadOnlyList<DirectoryEntry> ReadDirectory(long directory, DamageList? damage = null)
    {
        Inode inode = _inodes.GetUsed(directory);
        if (inode.Type != NodeType.Directory)
            throw inode.Corrupt("EXT4-059", $"mode is 0x{inode.Mode:x4}, a directory needed");
        return _directories.Read(inode, damage);
    }

    public IReadOnlyList<FileExtent> GetExtents(long file)
    {
        Inode inode = _inodes.GetUsed(file);
        long size = _map.GetSize(inode);
        if (HasTargetInBlocks(inode, size))
            return _map.GetRuns(inode, size);
        if (inode.Type != NodeType.File)
            return [];
        if ((inode.Flags & InodeFlags.InlineData) == 0)
            return SplitAtJournalledBlocks(_map.GetRuns(inode, size));
        long length = InlineData.GetLength(inode, size);
        return length == 0 ? [] : [new FileExtent(0, length, FileExtent.NotOnVolume)];
    }

    public void ReadContent(long file, long offset, Span<byte> destination)
    {
        Inode inode = _inodes.GetUsed(file);
        long size = _map.GetSize(inode);
        SourceRange.Check(offset, destination.Length, inode.Type == NodeType.File || HasTargetInBlocks(inode, size) ? size : 0);
        if ((inode.Flags & InodeFlags.InlineData) != 0)
        {
            InlineData.Read(inode, offset, destination);
            return;
        }

        // Content is read piece by piece: keep the last file's runs, as a fragmented file may have very many.
        CachedExtents? last = Volatile.Read(ref _lastExtents);
        if (last is null || last.File != file)
        {
            last = new CachedExtents(file, _map.GetRuns(inode, size));
            Volatile.Write(ref _lastExtents, last);
        }

        _map.Read(last.Runs, offset, destination);
    }

    private bool HasTargetInBlocks(Inode inode, long size) =>
        inode.Type == NodeType.SymbolicLink && (inode.Flags & InodeFlags.InlineData) == 0 && !NodeReader.IsFast(_geometry, inode, size);

    /// <remarks>Empty when the bitmaps may lag behind the files: errors are recorded, or it was not unmounted and has no journal.</remarks>
    public IEnumerable<ByteRange> GetFreeRanges() => AreBitmapsCurrent
        ? new FreeSpace(_reader, _geometry, _groups, MetadataZones.Find(_geometry, _groups, GetJournalRuns())).GetRanges() : [];

    public void Watch(ISpaceWatcher watcher)
    {
        _watcher = _map.Watcher = _hiddenMap.Watcher = _attributes.Watcher = watcher;
        foreach (ByteRange zone in MetadataZones.Find(_geometry, _groups, GetJournalRuns()))
            watcher.InUse(new ByteRange(zone.Offset * _geometry.BlockSize, zone.Length * _geometry.BlockSize), ISpaceWatcher.NoNode,
                "metadata with a fixed place");
        foreach (uint number in _geometry.HiddenInodes.Append(
            _geometry.Has(CompatibleFeatures.ResizeInode) ? (uint)Geometry.ResizeInode : 0).Where(static number => number != 0))
        {
            Inode inode = _inodes[number];
            if (inode.Type is not null && inode.LinkCount > 0)
                _ = _hiddenMap.GetRuns(inode, _hiddenMap.GetSize(inode));
        }
    }

    public void Dispose()
    {
    }

    private bool AreBitmapsCurrent =>
        !IsCutShort && (_geometry.State & Superblock.StateErrors) == 0
            && ((_geometry.State & Superblock.StateClean) != 0 || _geometry.Has(CompatibleFeatures.HasJournal));

    private bool IsCutShort => _geometry.ReadableBlocks < _geometry.BlockCount;

    /// <summary>Checks the bytes of a superblock, and that the volume is long enough for it.</summary>
    /// <param name="damage">Takes that the volume is too short, and what is there is read; null to throw.</param>
    public static Geometry ReadGeometry(ReadOnlySpan<byte> bytes, IByteSource volume, DamageList? damage = null)
    {
        Superblock superblock = Superblock.Parse(bytes);
        if (superblock.FindWrongExtraSize() is { } wrong)
        {
            if (damage is null)
                throw wrong;
            damage.Add(wrong);
        }

        var geometry = new Geometry(superblock, volume.Length / superblock.BlockSize);
        if (geometry.ReadableBlocks == geometry.BlockCount)
            return geometry;
        CorruptImageException tooShort =
            ExtError.Corrupt(
            "EXT4-011",
            $"superblock at {Superblock.Offset}: file system has {geometry.BlockCount * geometry.BlockSize} bytes, the volume has only "
            + $"{volume.Length}");
        if (damage is null)
            throw tooShort;
        damage.Add(tooShort);
        return geometry;
    }

    /// <summary>Returns the file system that a writer makes, as it is now; good until its next change.</summary>
    public static ExtFileSystem OpenView(Geometry geometry, IBlockReader reader, Limits limits) => new(geometry, reader, limits, []);

    /// <summary>Opens a journal that must be recovered.</summary>
    public static JournalRecovery OpenJournal(IByteSource volume, Geometry geometry, Limits limits, bool isLenient = false)
    {
        if (geometry.JournalInode == 0)
            throw new UnsupportedFeatureException(
                "ext4 external journal", "the journal needs recovery and is on another device; recover it with e2fsck");
        var reader = new BlockReader(volume, geometry.Length, geometry.BlockSize, JournalOverlay.Empty);
        var map = new FileMap(reader, geometry, limits);
        Inode inode = new InodeTable(reader, geometry, new GroupTable(reader, geometry, limits, isLenient)).GetUsed(geometry.JournalInode);
        if (inode.Type != NodeType.File)
            throw inode.Corrupt("EXT4-090", $"mode is 0x{inode.Mode:x4}, a regular file needed for the journal");
        return new JournalRecovery(new JournalLog(volume, map.GetRuns(inode, map.GetSize(inode)), geometry.BlockSize), geometry);
    }

    private static (JournalOverlay Overlay, Geometry Geometry) Recover(
        IByteSource volume, Geometry geometry, byte[] bytes, Limits limits, List<string> notes, DamageList? damage)
    {
        JournalRecovery recovery = OpenJournal(volume, geometry, limits, isLenient: damage is not null);
        JournalOverlay overlay = recovery.FindBlocks(limits, damage);
        if (!overlay.IsEmpty)
        {
            // The superblock and the descriptors may have newer copies too. Its place does not depend on the rest.
            int blockSize = geometry.BlockSize;
            new BlockReader(volume, geometry.Length, blockSize, overlay).Read(Superblock.Offset, bytes);
            if (!Superblock.HasMagic(bytes))
                throw ExtError.Corrupt("EXT4-017",
                    $"superblock at {Superblock.Offset}: its copy in the journal has no magic number, or another block size");
            geometry = ReadGeometry(bytes, volume, damage is null ? null : new DamageList());
            if (geometry.BlockSize != blockSize)
                throw ExtError.Corrupt("EXT4-017",
                    $"superblock at {Superblock.Offset}: its copy in the journal has block size {geometry.BlockSize}, {blockSize} needed");
        }

        if (recovery.TransactionCount > 0)
            notes.Add($"The file system was in use: {overlay.Count} blocks were replayed from its journal in memory; the image is as it "
                + "was.");
        return (overlay, geometry);
    }

    // Which place belongs to what is not known when a descriptor or the journal's inode is damaged; the kernel does not mount such a
    // volume, and debugfs reads it.
    private void Reserve(DamageList? damage)
    {
        try
        {
            if (MetadataZones.FindOverlap(_geometry, _groups) is { } overlap)
                throw overlap;
            _map.Reserved = new ReservedBlocks(MetadataZones.Find(_geometry, _groups, GetJournalRuns(), withReserved: false));
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e);
        }
    }

    // The next file that is made would be given such an inode.
    private Inode CheckUsed(Inode inode)
    {
        if (_watcher is { } watcher && !_used.IsUsed(inode.Number))
            watcher.Doubt($"inode {inode.Number} is said to be free, and has a name");
        return inode;
    }

    private void CheckRoot()
    {
        Inode root = _inodes.GetUsed(RootNode);
        if (root.Type != NodeType.Directory)
            throw root.Corrupt("EXT4-059", $"mode is 0x{root.Mode:x4}, a directory needed");
    }

    private FileExtent[] GetJournalRuns()
    {
        if (!_geometry.Has(CompatibleFeatures.HasJournal) || _geometry.JournalInode == 0)
            return [];
        Inode inode = _inodes.GetUsed(_geometry.JournalInode);
        return _hiddenMap.GetRuns(inode, _hiddenMap.GetSize(inode));
    }

    private IReadOnlyList<FileExtent> SplitAtJournalledBlocks(FileExtent[] runs)
    {
        JournalOverlay overlay = _reader.Overlay;
        if (overlay.IsEmpty)
            return runs;
        int blockSize = _geometry.BlockSize;
        List<FileExtent>? split = null;
        for (int i = 0; i < runs.Length; i++)
        {
            FileExtent rest = runs[i];
            for (int next = overlay.IndexOfFirst(rest.VolumeOffset / blockSize); next < overlay.Count && overlay[next].Block
                * blockSize < rest.VolumeOffset + rest.Length; next++)
            {
                split ??= [.. runs.AsSpan(0, i)];
                long before = (overlay[next].Block * blockSize) - rest.VolumeOffset;
                if (before > 0)
                    split.Add(rest with { Length = before });
                long copied = Math.Min(blockSize, rest.Length - before);
                split.Add(new FileExtent(rest.FileOffset + before, copied, FileExtent.NotOnVolume));
                rest = new FileExtent(rest.FileOffset + before + copied, rest.Length - before - copied, rest.VolumeOffset + before
                    + copied);
            }

            if (rest.Length > 0)
                split?.Add(rest);
        }

        return (IReadOnlyList<FileExtent>?)split ?? runs;
    }

    private FileSystemInfo Describe(IReadOnlyList<string> notes, DamageList? damage)
    {
        var all = new List<string>(notes);
        uint unknown = (uint)(_geometry.ReadOnlyCompatible & ~ReadOnlyCompatibleFeatures.Known);
        if (unknown != 0)
            all.Add($"Features that only a writer must know were ignored: 0x{unknown:x}.");
        ReadOnlySpan<byte> label = _geometry.Label.Span;
        int end = label.IndexOf((byte)0);
        return new FileSystemInfo(
            FindType(),
            Encoding.UTF8.GetString(end < 0 ? label : label[..end]),
            _geometry.Uuid.Span.ContainsAnyExcept((byte)0) ? new Guid(_geometry.Uuid.Span, bigEndian: true).ToString() : "",
            _geometry.BlockSize,
            _geometry.Length,
            _groups.CountFreeBytes(damage),
            all)
        {
            FreeSpaceDoubt = AreBitmapsCurrent ? "" : IsCutShort ? "the volume was cut short"
                : "it was not unmounted cleanly or has recorded errors; e2fsck would tell",
        };
    }

    // As blkid decides it: whatever the ext3 driver could not have mounted is ext4.
    private string FindType()
    {
        const IncompatibleFeatures olderIncompatible = IncompatibleFeatures.FileType | IncompatibleFeatures.Recover
            | IncompatibleFeatures.MetaBlockGroups;
        const ReadOnlyCompatibleFeatures olderReadOnly = ReadOnlyCompatibleFeatures.SparseSuper | ReadOnlyCompatibleFeatures.LargeFile
            | ReadOnlyCompatibleFeatures.BTreeDirectory;
        if ((_geometry.Incompatible & ~olderIncompatible) != 0 || (_geometry.ReadOnlyCompatible & ~olderReadOnly) != 0)
            return "ext4";
        return _geometry.Has(CompatibleFeatures.HasJournal) ? "ext3" : "ext2";
    }

    private sealed record CachedExtents(long File, FileExtent[] Runs);
}
