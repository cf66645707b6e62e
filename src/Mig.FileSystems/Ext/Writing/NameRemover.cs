using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Removes and moves names.</summary>
internal sealed class NameRemover(WritableVolume volume, NameMaker maker)
{
    private readonly NodeRemover _nodes = new(volume);

    public void Remove(ResolvedPath path, bool isDirectory)
    {
        if (path.IsRoot)
            throw new RefusedOperationException(
                isDirectory ? RefusalReason.BadMove : RefusalReason.IsADirectory, "the root directory cannot be removed");
        WritableInode inode = volume.Inodes.Edit(path.Node);
        CheckReplaceable(inode, isDirectory);
        DirectoryFile directory = volume.Directories.Edit(path.Parent, isRemoval: true);
        directory.Remove(directory.Find(path.Name)!.Value);
        Drop(inode, isDirectory);
        maker.Touch(path.Parent, isDirectory ? -1 : 0);
    }

    public void Rename(ResolvedPath source, ResolvedPath target)
    {
        if (source.IsRoot || target.IsRoot)
            throw new RefusedOperationException(RefusalReason.BadMove, "the root directory cannot be moved or replaced");
        WritableInode inode = volume.Inodes.Edit(source.Node);
        NodeType type = inode.View.Type!.Value;
        bool isDirectory = type == NodeType.Directory;
        if (isDirectory && target.Parents.Contains(source.Node))
            throw new RefusedOperationException(RefusalReason.BadMove, "a directory cannot be moved into itself");
        if (target.Node == source.Node)
            return;
        Protection.CheckMetadata(inode);
        NameMaker.CheckName(target.Name);
        bool isMoved = isDirectory && source.Parent != target.Parent;
        DirectoryFile from = volume.Directories.Edit(source.Parent, isRemoval: true);
        DirectoryFile to = source.Parent == target.Parent ? from : volume.Directories.Edit(target.Parent, isRemoval: target.Exists);
        if (target.Exists)
        {
            WritableInode replaced = volume.Inodes.Edit(target.Node);
            CheckReplaceable(replaced, isDirectory);
            to.Replace(to.Find(target.Name)!.Value, source.Node, type);
            Drop(replaced, isDirectory);
        }
        else
        {
            if (isMoved)
                maker.CheckDirectoryLinks(target.Parent);
            to.Insert(target.Name, source.Node, type);
        }

        from.Remove(from.Find(source.Name)!.Value);
        if (isMoved)
            SetParent(source.Node, target.Parent);
        inode.SetChangedTime(volume.Now);
        inode.Seal();
        maker.Touch(source.Parent, isDirectory && (isMoved || target.Exists) ? -1 : 0);
        if (source.Parent != target.Parent)
            maker.Touch(target.Parent, isMoved && !target.Exists ? 1 : 0);
    }

    private void SetParent(long directory, long parent)
    {
        DirectoryFile file = volume.Directories.Edit(directory, isRemoval: false);
        if (file.Find(".."u8) is not { } place)
            throw ExtError.Corrupt("EXT4-124", $"directory {directory} has no entry for its parent; run e2fsck on the volume");
        file.Replace(place, parent, NodeType.Directory);
    }

    private void CheckReplaceable(WritableInode inode, bool byDirectory)
    {
        bool isDirectory = inode.View.Type == NodeType.Directory;
        if (isDirectory && !byDirectory)
            throw new RefusedOperationException(RefusalReason.IsADirectory, $"inode {inode.Number} is a directory");
        if (!isDirectory && byDirectory)
            throw new RefusedOperationException(RefusalReason.NotADirectory, $"inode {inode.Number} is no directory");
        Protection.CheckMetadata(inode);
        if (isDirectory && !volume.Directories.IsEmpty(inode.Number))
            throw new RefusedOperationException(RefusalReason.NotEmpty, $"directory {inode.Number} is not empty");
    }

    private void Drop(WritableInode inode, bool isDirectory)
    {
        if (isDirectory)
            _nodes.Delete(inode);
        else
            _nodes.Unlink(inode);
    }
}
