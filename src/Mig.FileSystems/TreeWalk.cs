using Mig.Core;

namespace Mig.FileSystems;

/// <summary>One walk over a file system. A hostile tree ends it or costs a part of itself; it does not lead it in a circle.</summary>
internal sealed class TreeWalk(IFileSystem fileSystem, DamageList? damage, Limits limits)
{
    private readonly HashSet<long> _directories = [];
    private readonly DamageList? _own = damage is null ? null : new DamageList();
    private long _nameCount;

    public IEnumerable<WalkedNode> Run()
    {
        byte[] root = "/"u8.ToArray();
        _directories.Add(fileSystem.RootNode);
        var open = new Stack<(byte[] Path, IReadOnlyList<DirectoryEntry> Entries, int Next)>(
            [(root, ReadNames(root, fileSystem.RootNode), 0)]);
        while (open.TryPop(out (byte[] Path, IReadOnlyList<DirectoryEntry> Entries, int Next) top))
        {
            if (top.Next == top.Entries.Count)
                continue;
            open.Push(top with { Next = top.Next + 1 });
            DirectoryEntry entry = top.Entries[top.Next];
            byte[] path = VolumePath.Join(top.Path, entry.Name.Span);
            if (ReadNode(path, entry) is not { } node)
                continue;
            yield return new WalkedNode(path, node);
            if (node.Type == NodeType.Directory && MayEnter(path, entry.Node, open.Count))
                open.Push((path, ReadNames(path, entry.Node), 0));
        }
    }

    private IReadOnlyList<DirectoryEntry> ReadNames(byte[] path, long directory)
    {
        IReadOnlyList<DirectoryEntry> names;
        try
        {
            names = fileSystem.ReadDirectory(directory, _own);
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(path, e);
            return [];
        }

        TellOwn(path);
        _nameCount += names.Count;
        return _nameCount <= limits.MaxDirectoryEntries ? names
            : throw new CorruptImageException("FS-002", $"more than {limits.MaxDirectoryEntries} names");
    }

    /// <returns>Null when it cannot be read.</returns>
    private FileNode? ReadNode(byte[] path, in DirectoryEntry entry)
    {
        try
        {
            if (NodeName.FindFault(entry.Name.Span) is { } fault)
                throw new CorruptImageException("FS-006", $"the name of node {entry.Node} cannot be: {fault}");
            FileNode node = fileSystem.GetNode(entry.Node, _own);
            TellOwn(path);
            return node;
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(path, e);
            return null;
        }
    }

    private bool MayEnter(byte[] path, long directory, int depth)
    {
        CorruptImageException fault;
        if (!_directories.Add(directory))
            fault = new CorruptImageException(
                "FS-004", $"directory {directory} has another name, or is its own ancestor; it is looked into where it was found first");
        else if (depth > limits.MaxDirectoryDepth)
            fault = new CorruptImageException("FS-001", $"directory {directory} is nested deeper than {limits.MaxDirectoryDepth}");
        else
            return true;
        if (damage is null)
            throw fault;
        damage.Add(path, fault);
        return false;
    }

    // Readers name what is wrong by names of one directory; who walks wants the path.
    private void TellOwn(byte[] path)
    {
        if (_own is null)
            return;
        foreach (DamageItem item in _own.Items)
            damage!.Add(item.Name.IsEmpty ? path : VolumePath.Join(path, item.Name.Span), item.Reason);
        _own.Clear();
    }
}
