using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.FileSystems;

namespace Mig.Ingest;

/// <summary>All names, files and extents of a file system, read in one walk before any content is. What is wrong with it shows here, or not at all.</summary>
internal sealed class VolumeScan
{
    private readonly IFileSystem _fileSystem;
    private readonly Limits _limits;
    private readonly Dictionary<long, (int Index, byte[]? Path)> _seen = [];

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
    public List<ScannedFile> Files { get; } = [];

    /// <summary>Names in all directories.</summary>
    public long EntryCount { get; private set; }

    /// <summary>Bytes of all regular files.</summary>
    public long FileBytes { get; private set; }

    /// <exception cref="CorruptImageException">The file system breaks its format.</exception>
    public static VolumeScan Run(IFileSystem fileSystem, Limits limits)
    {
        var scan = new VolumeScan(fileSystem, limits);
        scan.Walk();
        scan.ReadExtents();
        scan.CheckOverlaps();
        return scan;
    }

    // A directory's own entries come before those of its subdirectories, all sorted by bytes: the order that decides which of several names is the first.
    private void Walk()
    {
        var walk = new DirectoryWalk(_fileSystem, _limits);
        var pending = new Stack<(DirectoryListing Listing, int Index, byte[] Path)>();
        pending.Push((walk.Run(), 0, []));
        EntryCount = walk.EntryCount;
        Directories.Add(new ScannedDirectory(_fileSystem.RootNode, []));
        _seen.Add(_fileSystem.RootNode, (0, null));
        while (pending.TryPop(out (DirectoryListing Listing, int Index, byte[] Path) directory))
        {
            DirectoryListing listing = directory.Listing;
            var entries = new ScannedEntry[listing.Entries.Length];
            for (int i = 0; i < entries.Length; i++)
                entries[i] = Visit(listing.Entries[i], listing.Nodes[i], directory.Path);
            Directories[directory.Index] = new ScannedDirectory(listing.Node, entries);
            for (int i = entries.Length - 1; i >= 0; i--)
            {
                if (listing.Children[i] is { } child)
                    pending.Push((child, entries[i].Index, Join(directory.Path, listing.Entries[i].Name.Span)));
            }
        }
    }

    private ScannedEntry Visit(in DirectoryEntry entry, in NodeSummary node, byte[] parent)
    {
        if (parent.Length + entry.Name.Length > _limits.MaxPathLength)
            throw new CorruptImageException("FS-007", $"a path has {parent.Length + entry.Name.Length} bytes, at most {_limits.MaxPathLength} allowed");
        if (_seen.TryGetValue(entry.Node, out (int Index, byte[]? Path) first))
        {
            if (first.Path is null)
                throw new CorruptImageException("FS-004", $"directory {entry.Node} has two names, or is its own ancestor");
            return new ScannedEntry(entry.Name, entry.Node, NodeType.File, first.Index, first.Path);
        }

        int index = -1;
        if (node.Type == NodeType.Directory)
        {
            index = Directories.Count;
            Directories.Add(new ScannedDirectory(entry.Node, []));
            _seen.Add(entry.Node, (index, null));
        }
        else
        {
            if (node.Type == NodeType.File)
            {
                index = Files.Count;
                FileBytes += node.Size;
                Files.Add(new ScannedFile(entry.Node, node, FileOrder.KeyOf(entry.Name.Span)));
            }

            // A link count that is too low must not turn one file into two; only a node that says it has one name is not remembered.
            if (node.LinkCount != 1)
                _seen.Add(entry.Node, (index, Join(parent, entry.Name.Span)));
        }

        return new ScannedEntry(entry.Name, entry.Node, node.Type, index, null);
    }

    private void ReadExtents()
    {
        try
        {
            Parallel.For(0, Files.Count, i => Files[i].SetExtents(_fileSystem.GetExtents(Files[i].Node)));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    // Two files that claim the same bytes could make a small image cost without bound; no sound file system has them.
    private void CheckOverlaps()
    {
        int count = Files.Sum(file => file.Extents.Count);
        long[] starts = new long[count], ends = new long[count];
        int at = 0;
        foreach (ScannedFile file in Files)
        {
            foreach (FileExtent extent in file.Extents.Where(extent => extent.IsOnVolume))
            {
                starts[at] = extent.VolumeOffset;
                ends[at++] = extent.VolumeOffset + extent.Length;
            }
        }

        Array.Sort(starts, ends, 0, at);
        for (int i = 1; i < at; i++)
        {
            if (starts[i] < ends[i - 1])
                throw new CorruptImageException("FS-005", $"two files claim the bytes at offset {starts[i]} of the volume");
        }
    }

    private static byte[] Join(byte[] parent, ReadOnlySpan<byte> name)
    {
        byte[] path = new byte[parent.Length + 1 + name.Length];
        parent.CopyTo(path, 0);
        path[parent.Length] = (byte)'/';
        name.CopyTo(path.AsSpan(parent.Length + 1));
        return path;
    }
}
