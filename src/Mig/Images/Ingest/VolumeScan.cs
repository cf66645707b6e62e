using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;

namespace Mig.Images.Ingest;

/// <summary>
/// All names, files and extents of a file system, read in one walk before any content is. What is wrong with it shows here, or not at all;
/// a damaged file, directory or attribute costs itself, and is listed.
/// </summary>
internal sealed class VolumeScan
{
    private readonly IFileSystem _fileSystem;
    private readonly Limits _limits;
    private readonly Dictionary<long, (int Index, byte[] Path)> _seen = [];
    private readonly UnreadNames _unread = new();
    private List<(Timestamp Modified, Timestamp Changed)> _times = []; // of the files, until they have their fingerprints
    private IReadOnlyList<UnreadPath>? _list;

    private VolumeScan(IFileSystem fileSystem, Limits limits)
    {
        _fileSystem = fileSystem;
        _limits = limits;
        FreeSpace = TrustedFreeSpace.Begin(fileSystem);
    }

    /// <summary>What is free, compared with all that the walk found in use.</summary>
    public TrustedFreeSpace FreeSpace { get; }

    /// <summary>The root first; parents before their children.</summary>
    public List<ScannedDirectory> Directories { get; } = [];

    /// <summary>Regular files, in the order of the walk.</summary>
    public List<ScannedFile> Files { get; private set; } = [];

    /// <summary>Names in all directories.</summary>
    public long EntryCount { get; private set; }

    /// <summary>Bytes of all regular files.</summary>
    public long FileBytes => Files.Sum(file => file.Size);

    /// <summary>What could not be read, sorted by the bytes of the paths.</summary>
    public IReadOnlyList<UnreadPath> Unread => _list ??= _unread.ToList();

    /// <param name="damage">What is wrong with the volume as a whole.</param>
    /// <exception cref="CorruptImageException">The file system has no root directory that could be read, or is beyond the
    /// limits.</exception>
    public static VolumeScan Run(IFileSystem fileSystem, Limits limits, DamageList? damage = null)
    {
        var scan = new VolumeScan(fileSystem, limits);
        if (damage is not null)
            scan._unread.Add([], damage);
        scan.ReadRoot();
        scan.Walk();
        scan.ReadExtents();
        scan.ShareOverlaps();
        scan.SetFingerprints();
        scan.DropLost();
        scan.DoubtFreeSpace();
        return scan;
    }

    /// <summary>Takes the files that turned out to be unreadable out of the scan, and lists their names.</summary>
    /// <exception cref="CorruptImageException">There are more than an image can list.</exception>
    public void DropLost()
    {
        if (!Files.Exists(file => file.Loss is not null))
            return;
        List<ScannedFile> before = Files;
        Files = [.. before.Where(file => file.Loss is null)];
        int[] index = new int[before.Count];
        for (int i = 0, next = 0; i < index.Length; i++)
            index[i] = before[i].Loss is null ? next++ : -1;
        var pending = new Stack<(int Directory, byte[] Path)>([(0, [])]);
        while (pending.TryPop(out (int Directory, byte[] Path) at))
        {
            var kept = new List<ScannedEntry>();
            foreach (ScannedEntry entry in Directories[at.Directory].Entries)
            {
                bool isFile = entry is { Type: NodeType.File, Index: >= 0 };
                if (isFile && before[entry.Index].Loss is { } loss)
                    _unread.Add(at.Path, entry.Name.Span, loss.Message);
                else
                    kept.Add(isFile ? entry with { Index = index[entry.Index] } : entry);
                if (entry.Type == NodeType.Directory)
                    pending.Push((entry.Index, VolumePath.Join(at.Path, entry.Name.Span)));
            }

            Directories[at.Directory] = Directories[at.Directory] with { Entries = [.. kept] };
        }

        _list = null;
        DoubtFreeSpace();
    }

    // What could not be read may lie in what is said to be free.
    private void DoubtFreeSpace()
    {
        if (Unread.Count > 0)
            ((ISpaceWatcher)FreeSpace).Doubt($"not all of the volume could be read: {Unread[0].Reason}");
    }

    private void ReadRoot()
    {
        var damage = new DamageList();
        if (_fileSystem.GetNode(_fileSystem.RootNode, damage).Type != NodeType.Directory)
            throw new CorruptImageException("FS-009", $"node {_fileSystem.RootNode}, the root, is no directory");
        _unread.Add([], damage);
    }

    // A directory's own entries come before those of its subdirectories, all sorted by bytes: the order that decides which of several names
    // is the first.
    private void Walk()
    {
        var walk = new DirectoryWalk(_fileSystem, _limits);
        var pending = new Stack<(DirectoryListing Listing, int Index, byte[] Path)>();
        pending.Push((walk.Run(), 0, []));
        EntryCount = walk.EntryCount;
        int expected = (int)Math.Min(EntryCount, Array.MaxLength);
        Files.EnsureCapacity(expected);
        _times.EnsureCapacity(expected);
        Directories.Add(new ScannedDirectory(_fileSystem.RootNode, []));
        while (pending.TryPop(out (DirectoryListing Listing, int Index, byte[] Path) directory))
        {
            DirectoryListing listing = directory.Listing;
            _unread.Add(directory.Path, listing.Damage);
            var entries = new List<ScannedEntry>(listing.Entries.Length);
            var children = new List<(DirectoryListing, int, byte[])>();
            for (int i = 0; i < listing.Entries.Length; i++)
            {
                if (Visit(listing, i, directory.Path) is not { } entry)
                    continue;
                entries.Add(entry);
                if (listing.Children[i] is { } child)
                    children.Add((child, entry.Index, VolumePath.Join(directory.Path, entry.Name.Span)));
            }

            Directories[directory.Index] = new ScannedDirectory(listing.Node, [.. entries]);
            for (int i = children.Count - 1; i >= 0; i--)
                pending.Push(children[i]);
        }
    }

    /// <returns>Null when no manifest can hold it there.</returns>
    private ScannedEntry? Visit(DirectoryListing listing, int i, byte[] parent)
    {
        DirectoryEntry entry = listing.Entries[i];
        NodeSummary node = listing.Nodes[i];
        if (parent.Length + entry.Name.Length > _limits.MaxPathLength)
        {
            _unread.Add(parent, [], new CorruptImageException(
                "FS-007", $"a path has {parent.Length + entry.Name.Length} bytes, at most {_limits.MaxPathLength} allowed").Message);
            return null;
        }

        if (node.Type == NodeType.Directory)
        {
            if (listing.Children[i] is null)
            {
                _unread.Add(parent, entry.Name.Span, new CorruptImageException("FS-004",
                    $"directory {entry.Node} has another name, or is its own ancestor; it is shown where it was found first").Message);
                return null;
            }

            Directories.Add(new ScannedDirectory(entry.Node, []));
            return new ScannedEntry(entry.Name, entry.Node, node.Type, Directories.Count - 1, null);
        }

        if (_seen.TryGetValue(entry.Node, out (int Index, byte[] Path) first))
            return new ScannedEntry(entry.Name, entry.Node, NodeType.File, first.Index, first.Path);
        int index = -1;
        if (node.Type == NodeType.File)
        {
            index = Files.Count;
            Files.Add(new ScannedFile(entry.Node, node.Size, FileOrder.KeyOf(entry.Name.Span)));
            _times.Add((node.ModifiedTime, node.ChangedTime));
        }

        // A link count that is too low must not turn one file into two; only a node that says it has one name is not remembered.
        if (node.LinkCount != 1)
            _seen.Add(entry.Node, (index, VolumePath.Join(parent, entry.Name.Span)));
        return new ScannedEntry(entry.Name, entry.Node, node.Type, index, null);
    }

    private void ReadExtents()
    {
        ParallelWork.ForEach(Files, -1, ReadExtents);
    }

    private void ReadExtents(ScannedFile file)
    {
        try
        {
            file.SetExtents(_fileSystem.GetExtents(file.Node));
        }
        catch (CorruptImageException e)
        {
            file.Lose(e);
        }
    }

    private void SetFingerprints()
    {
        ParallelWork.For(Files.Count, -1, i => Files[i].SetFingerprint(_times[i].Modified, _times[i].Changed));
        _times = [];
    }

    // Two files that claim the same bytes: a layout can name one of them there, and the other is read as if it lay nowhere. That must not
    // make a small image cost without bound.
    private void ShareOverlaps()
    {
        int count = Files.Sum(file => file.Extents.Count);
        long[] starts = new long[count], ends = new long[count];
        int at = 0;
        foreach (ScannedFile file in Files)
        {
            foreach (FileExtent extent in file.Extents.Where(extent => extent.IsOnVolume))
            {
                starts[at] = extent.VolumeOffset;
                ends[at++] = EndOf(extent);
            }
        }

        Array.Sort(starts, ends, 0, at);
        for (int i = 1; i < at; i++)
        {
            if (starts[i] < ends[i - 1])
            {
                new SharedExtents(Files, _fileSystem.Info.BlockSize, _fileSystem.Info.Length).Resolve();
                return;
            }
        }
    }

    // The rest of its last block is the file's, too.
    private long EndOf(in FileExtent extent)
    {
        long blockSize = _fileSystem.Info.BlockSize;
        return (extent.VolumeOffset + extent.Length + blockSize - 1) / blockSize * blockSize;
    }
}
