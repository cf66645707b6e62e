using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>Makes, removes and moves names; with its name a node comes and goes.</summary>
internal sealed class NameChanger(WritableVolume volume)
{
    private readonly Geometry _geometry = volume.Geometry;

    /// <summary>Makes a file or directory.</summary>
    /// <returns>Its short entry, to be changed until the end of the operation.</returns>
    public Span<byte> Create(ResolvedPath path, NodeType type, NodeMetadata metadata)
    {
        CheckFree(path);
        string name = NameRules.Parse(path.Name);
        DosAttributes attributes = MetadataRules.Check(type, metadata);
        Timestamp now = volume.Now;
        byte[] entry = EntrySlots.MakeEntry(attributes, metadata.ModifiedTime ?? now, now);
        if (type == NodeType.Directory)
            EntrySlots.SetFirstCluster(entry, MakeDirectory(entry, path.Parent), _geometry.Type);
        long offset = new DirectoryFile(volume, ClusterOf(path.Parent)).Insert(name, entry);
        Touch(path.Parent);
        return volume.Store.EditSlot(offset);
    }

    /// <summary>Removes a name, and the node with it.</summary>
    public void Remove(ResolvedPath path, bool isDirectory)
    {
        FatEntry entry = path.Entry ?? throw new RefusedOperationException(
            isDirectory ? RefusalReason.BadMove : RefusalReason.IsADirectory, "the root directory cannot be removed");
        CheckRemovable(entry, isDirectory);
        new DirectoryFile(volume, ClusterOf(path.Parent)).Remove(entry);
        volume.Table.Cut(volume.Follow(_geometry.GetFirstCluster(entry.View)), 0);
        Touch(path.Parent);
    }

    /// <summary>Moves a name, which may be the same but for the case of its letters.</summary>
    public void Rename(ResolvedPath source, ResolvedPath target)
    {
        FatEntry entry = source.Entry ?? throw new RefusedOperationException(RefusalReason.BadMove, "the root directory cannot be moved");
        if (target.IsRoot)
            throw new RefusedOperationException(RefusalReason.BadMove, "nothing can be moved in place of the root directory");
        if (target.Parents.Any(parent => parent.Node == entry.Node))
            throw new RefusedOperationException(RefusalReason.BadMove, $"{entry.Name} cannot be moved into itself");
        string name = NameRules.Parse(target.Name);
        bool isSame = target.Entry?.Node == entry.Node;
        if (isSame && entry.Name == name)
            return;
        var from = new DirectoryFile(volume, ClusterOf(source.Parent));
        if (target.Entry is { } replaced && !isSame)
        {
            CheckRemovable(replaced, entry.IsDirectory);
            new DirectoryFile(volume, ClusterOf(target.Parent)).Remove(replaced);
            volume.Table.Cut(volume.Follow(_geometry.GetFirstCluster(replaced.View)), 0);
        }

        from.Remove(entry);
        new DirectoryFile(volume, ClusterOf(target.Parent)).Insert(name, entry.Bytes);
        if (entry.IsDirectory && source.Parent?.Node != target.Parent?.Node)
            new DirectoryFile(volume, _geometry.GetFirstCluster(entry.View)).SetParent(ParentClusterOf(target.Parent));
        Touch(source.Parent);
        Touch(target.Parent);
    }

    private static void CheckFree(ResolvedPath path)
    {
        if (path.IsRoot || path.Entry is not null)
            throw new RefusedOperationException(
                RefusalReason.NameTaken, path.IsRoot ? "the root directory exists" : $"the name {path.Entry!.Name} is taken");
    }

    private void CheckRemovable(FatEntry entry, bool isDirectory)
    {
        if (entry.IsDirectory && !isDirectory)
            throw new RefusedOperationException(RefusalReason.IsADirectory, $"{entry.Name} is a directory");
        if (!entry.IsDirectory && isDirectory)
            throw new RefusedOperationException(RefusalReason.NotADirectory, $"{entry.Name} is no directory");
        if (isDirectory && volume.Directories.Read(_geometry.GetFirstCluster(entry.View)).Count > 0)
            throw new RefusedOperationException(RefusalReason.NotEmpty, $"the directory {entry.Name} is not empty");
    }

    private int MakeDirectory(ReadOnlySpan<byte> entry, FatEntry? parent)
    {
        int cluster = volume.Table.Allocate(0, 1)[0].First;
        long offset = _geometry.OffsetOf(cluster);
        volume.Store.Clear(new ByteRange(offset, _geometry.ClusterSize));
        foreach ((byte[] name, int target) in ((byte[], int)[])[
            (".          "u8.ToArray(), cluster), ("..         "u8.ToArray(), ParentClusterOf(parent))])
        {
            Span<byte> slot = volume.Store.EditSlot(offset);
            entry.CopyTo(slot);
            name.CopyTo(slot);
            EntrySlots.SetFirstCluster(slot, target, _geometry.Type);
            offset += DirectorySlot.Size;
        }

        return cluster;
    }

    private int ClusterOf(FatEntry? directory) => directory is null ? _geometry.RootCluster : _geometry.GetFirstCluster(directory.View);

    // ".." says 0 for the root, in FAT32 too.
    private int ParentClusterOf(FatEntry? directory) => directory is null ? 0 : ClusterOf(directory);

    private void Touch(FatEntry? directory)
    {
        if (directory is not null)
            EntrySlots.SetModifiedTime(volume.Store.EditSlot(directory.Offset), volume.Now);
    }
}
