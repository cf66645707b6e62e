using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.FileSystems;
using Mig.History.Trees;

namespace Mig.Ingest;

/// <summary>Reads all directories of a file system and the nodes that they name, level by level, on all cores.</summary>
internal sealed class DirectoryWalk(IFileSystem fileSystem, Limits limits)
{
    private readonly ConcurrentDictionary<long, bool> _directories = [];
    private long _entryCount;

    /// <summary>Names in all directories.</summary>
    public long EntryCount => _entryCount;

    /// <returns>The root; the rest hangs below it.</returns>
    /// <exception cref="CorruptImageException">A directory or node breaks the format, or the tree is beyond the limits.</exception>
    public DirectoryListing Run()
    {
        var root = new DirectoryListing(fileSystem.RootNode);
        _directories[root.Node] = true;
        List<DirectoryListing> level = [root];
        for (int depth = 0; level.Count > 0; depth++)
        {
            if (depth > limits.MaxDirectoryDepth)
                throw new CorruptImageException("FS-001", $"directory {level[0].Node} is nested deeper than {limits.MaxDirectoryDepth}");
            ReadLevel(level);

            // Nodes with near numbers mostly lie near each other: what is read for one is still at hand for the next.
            level = [.. level.SelectMany(directory => directory.Children.OfType<DirectoryListing>()).OrderBy(directory => directory.Node)];
        }

        return root;
    }

    private void ReadLevel(List<DirectoryListing> level)
    {
        try
        {
            Parallel.ForEach(level, Read);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private void Read(DirectoryListing directory)
    {
        DirectoryEntry[] entries = [.. fileSystem.ReadDirectory(directory.Node)];
        if (Interlocked.Add(ref _entryCount, entries.Length) > limits.MaxDirectoryEntries)
            throw new CorruptImageException("FS-002", $"more than {limits.MaxDirectoryEntries} names");
        Array.Sort(entries, static (a, b) => a.Name.Span.SequenceCompareTo(b.Name.Span));
        directory.Entries = entries;
        directory.Nodes = new NodeSummary[entries.Length];
        directory.Children = new DirectoryListing?[entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            if (i > 0 && entries[i].Name.Span.SequenceEqual(entries[i - 1].Name.Span))
                throw new CorruptImageException("FS-003", $"directory {directory.Node} has the same name twice");
            FileNode node = fileSystem.GetNode(entries[i].Node);
            if (FindFault(entries[i].Name.Span, node) is { } fault)
                throw new CorruptImageException("FS-006", $"directory {directory.Node}, entry {i}: {fault}");
            directory.Nodes[i] = NodeSummary.Of(node);
            if (directory.Nodes[i].Type == NodeType.Directory && _directories.TryAdd(entries[i].Node, true))
                directory.Children[i] = new DirectoryListing(entries[i].Node);
        }
    }

    // What no manifest may hold; whoever reads one relies on it.
    private static string? FindFault(ReadOnlySpan<byte> name, FileNode node)
    {
        if (TreeName.FindFault(name) is { } nameFault)
            return $"the name cannot be: {nameFault}";
        if (node.Type == NodeType.SymbolicLink && TreeName.FindTargetFault(node.LinkTarget.Span) is { } targetFault)
            return $"the target of the symbolic link cannot be: {targetFault}";
        for (int i = 0; i < node.Xattrs.Count; i++)
        {
            ReadOnlySpan<byte> xattr = node.Xattrs[i].Name.Span;
            if (xattr.IsEmpty || xattr.Contains((byte)0) || (i > 0 && node.Xattrs[i - 1].Name.Span.SequenceCompareTo(xattr) >= 0))
                return "extended attributes are out of order, or one is there twice or has a name that cannot be";
        }

        return null;
    }
}
