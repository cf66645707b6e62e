using Mig.Core;
using Mig.FileSystems;
using Mig.History.Trees;

namespace Mig.Images.Ingest;

/// <summary>
/// Reads all directories of a file system and the nodes that they name, level by level, on all cores. What is damaged costs itself, and is
/// told.
/// </summary>
internal sealed class DirectoryWalk(IFileSystem fileSystem, Limits limits)
{
    private readonly HashSet<long> _directories = [];
    private long _entryCount;

    /// <summary>Names in all directories.</summary>
    public long EntryCount => _entryCount;

    /// <returns>The root; the rest hangs below it.</returns>
    /// <exception cref="CorruptImageException">There is no root directory, or the tree is beyond the limits.</exception>
    public DirectoryListing Run()
    {
        var root = new DirectoryListing(fileSystem.RootNode);
        _directories.Add(root.Node);
        List<DirectoryListing> level = [root];
        for (int depth = 0; level.Count > 0; depth++)
        {
            if (depth > limits.MaxDirectoryDepth)
            {
                level.ForEach(directory => directory.Damage.Add(
                    new CorruptImageException("FS-001", $"directory {directory.Node} is nested deeper than {limits.MaxDirectoryDepth}")));
                break;
            }

            ParallelWork.ForEach(level, -1, Read);

            // Nodes with near numbers mostly lie near each other: what is read for one is still at hand for the next.
            level = [.. level.SelectMany(FindChildren).OrderBy(directory => directory.Node)];
        }

        return root;
    }

    private IEnumerable<DirectoryListing> FindChildren(DirectoryListing directory)
    {
        for (int i = 0; i < directory.Nodes.Length; i++)
        {
            if (directory.Nodes[i].Type == NodeType.Directory && _directories.Add(directory.Entries[i].Node))
                yield return directory.Children[i] = new DirectoryListing(directory.Entries[i].Node);
        }
    }

    private void Read(DirectoryListing directory)
    {
        IReadOnlyList<DirectoryEntry> stored = ReadNames(directory);
        if (Interlocked.Add(ref _entryCount, stored.Count) > limits.MaxDirectoryEntries)
            throw new CorruptImageException("FS-002", $"more than {limits.MaxDirectoryEntries} names");
        DirectoryEntry[] entries = [.. stored];
        Array.Sort(entries, static (a, b) => a.Name.Span.SequenceCompareTo(b.Name.Span));
        if (HasTwins(entries))
            entries = TakeFirsts(directory, stored);
        var nodes = new NodeSummary[entries.Length];
        var damage = new DamageList();
        int count = 0;
        foreach (DirectoryEntry entry in entries)
        {
            damage.Clear();
            if (ReadNode(directory, entry, damage) is not { } node)
                continue;
            entries[count] = entry;
            nodes[count++] = node;
        }

        if (count < entries.Length)
        {
            Array.Resize(ref entries, count);
            Array.Resize(ref nodes, count);
        }

        directory.Entries = entries;
        directory.Nodes = nodes;
        directory.Children = new DirectoryListing?[count];
    }

    private IReadOnlyList<DirectoryEntry> ReadNames(DirectoryListing directory)
    {
        try
        {
            return fileSystem.ReadDirectory(directory.Node, directory.Damage);
        }
        catch (CorruptImageException e) when (directory.Node != fileSystem.RootNode)
        {
            directory.Damage.Add(e);
            return [];
        }
    }

    /// <returns>Null when the node cannot be read, or no manifest may hold it.</returns>
    private NodeSummary? ReadNode(DirectoryListing directory, in DirectoryEntry entry, DamageList damage)
    {
        try
        {
            FileNode node = fileSystem.GetNode(entry.Node, damage);
            if (FindFault(entry.Name.Span, node) is { } fault)
                throw new CorruptImageException("FS-006", $"directory {directory.Node}: {fault}");
            foreach (DamageItem item in damage.Items)
                directory.Damage.Add(entry.Name.Span, $"some of its times or attributes could not be read: {item.Reason}");
            return NodeSummary.Of(node);
        }
        catch (CorruptImageException e)
        {
            directory.Damage.Add(entry.Name.Span, e);
            return null;
        }
    }

    private static bool HasTwins(DirectoryEntry[] sorted)
    {
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Name.Span.SequenceEqual(sorted[i - 1].Name.Span))
                return true;
        }

        return false;
    }

    // A look-up finds the first of several in the order in which they are stored.
    private static DirectoryEntry[] TakeFirsts(DirectoryListing directory, IReadOnlyList<DirectoryEntry> stored)
    {
        var firsts = new List<DirectoryEntry>();
        foreach (DirectoryEntry entry in stored.OrderBy(entry =>
            entry.Name, Comparer<ReadOnlyMemory<byte>>.Create(static (a, b) => a.Span.SequenceCompareTo(b.Span))))
        {
            if (firsts.Count > 0 && firsts[^1].Name.Span.SequenceEqual(entry.Name.Span))
                directory.Damage.Add(entry.Name.Span,
                    new CorruptImageException("FS-003",
                    $"directory {directory.Node} has the name again, for node {entry.Node}; the first is shown, for node "
                        + $"{firsts[^1].Node}"));
            else
                firsts.Add(entry);
        }

        return [.. firsts];
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
