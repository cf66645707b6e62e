using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Makes nodes and names.</summary>
internal sealed class NameMaker(WritableVolume volume)
{
    private const int MaxNameLength = 255;
    private const int MaxLinks = 65000;
    private const int TypeShift = 12;

    /// <summary>Makes an inode with a first name. The inode must be sealed afterwards.</summary>
    public WritableInode Create(ResolvedPath path, NodeType type, NodeMetadata metadata)
    {
        CheckFree(path);
        DirectoryFile directory = volume.Directories.Edit(path.Parent, isRemoval: false);
        bool isDirectory = type == NodeType.Directory;
        if (isDirectory)
            CheckDirectoryLinks(path.Parent);
        WritableInode inode = volume.Inodes.Take(volume.InodeAllocator.Allocate(path.Parent, isDirectory));
        inode.Clear(volume.NewExtraSize);
        Timestamp now = volume.Now;
        inode.Mode = (ushort)(TypeBits(type) << TypeShift | metadata.Mode & Modes.Mask);
        inode.SetOwner(metadata.Uid, metadata.Gid);
        inode.SetAccessTime(now);
        inode.SetChangedTime(now);
        inode.SetCreationTime(now);
        inode.SetModifiedTime(metadata.ModifiedTime ?? now);
        inode.LinkCount = isDirectory ? 2u : 1;
        InheritProject(inode, path.Parent);
        if (isDirectory)
            volume.Directories.Initialize(inode, path.Parent);
        else if (type == NodeType.File)
            volume.Blocks.Initialize(inode);
        inode.Seal();
        directory.Insert(path.Name, inode.Number, type);
        Touch(path.Parent, isDirectory ? 1 : 0);
        return inode;
    }

    /// <summary>Gives an inode one more name.</summary>
    public void Link(ResolvedPath existing, ResolvedPath path)
    {
        CheckFree(path);
        WritableInode inode = volume.Inodes.Edit(existing.Node);
        if (inode.View.Type == NodeType.Directory)
            throw new RefusedOperationException(
                RefusalReason.IsADirectory, $"{Describe(existing)} is a directory, which cannot have a second name");
        Protection.CheckMetadata(inode);
        if (inode.LinkCount >= MaxLinks)
            throw new RefusedOperationException(
                RefusalReason.TooManyLinks, $"{Describe(existing)} has {inode.LinkCount} names, at most {MaxLinks} allowed");
        DirectoryFile directory = volume.Directories.Edit(path.Parent, isRemoval: false);
        directory.Insert(path.Name, inode.Number, inode.View.Type!.Value);
        inode.LinkCount++;
        inode.SetChangedTime(volume.Now);
        inode.Seal();
        Touch(path.Parent, 0);
    }

    /// <summary>Says in a directory that its names have changed.</summary>
    /// <param name="links">How many directories it has more than before.</param>
    public void Touch(long directory, int links)
    {
        WritableInode inode = volume.Inodes.Edit(directory);
        inode.SetModifiedTime(volume.Now);
        inode.SetChangedTime(volume.Now);

        // 1 stands for more than can be counted, and stays.
        if (inode.LinkCount != 1 || !IsIndexed(inode))
        {
            long count = inode.LinkCount + links;
            inode.LinkCount = count > MaxLinks && IsIndexed(inode) ? 1 : (uint)Math.Max(2, count);
        }

        inode.Seal();
    }

    /// <exception cref="RefusedOperationException">The directory has as many directories as it can have.</exception>
    public void CheckDirectoryLinks(long directory)
    {
        WritableInode inode = volume.Inodes.Edit(directory);
        if (inode.LinkCount >= MaxLinks && !(volume.Geometry.Has(ReadOnlyCompatibleFeatures.DirectoryLinkCount) && IsIndexed(inode)))
            throw new RefusedOperationException(
                RefusalReason.TooManyLinks, $"directory {directory} has {inode.LinkCount - 2} directories, at most {MaxLinks - 2} allowed");
    }

    /// <exception cref="RefusedOperationException">No entry can have such a name.</exception>
    public static void CheckName(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxNameLength)
            throw new RefusedOperationException(RefusalReason.BadName, $"a name has {name.Length} bytes, at most {MaxNameLength} allowed");
        if (name.Contains((byte)0))
            throw new RefusedOperationException(RefusalReason.BadName, "a name has a zero byte, none allowed");
    }

    private static int TypeBits(NodeType type) => type switch
    {
        NodeType.Fifo => 1,
        NodeType.CharacterDevice => 2,
        NodeType.Directory => 4,
        NodeType.BlockDevice => 6,
        NodeType.File => 8,
        NodeType.SymbolicLink => 10,
        _ => 12,
    };

    private static string Describe(ResolvedPath path) => string.Join('/', path.Names.Select(static name => PathResolver.Describe(name)));

    private static void CheckFree(ResolvedPath path)
    {
        if (path.Exists)
            throw new RefusedOperationException(RefusalReason.NameTaken, $"{Describe(path)} exists already");
        CheckName(path.Name);
    }

    private bool IsIndexed(WritableInode inode) =>
        volume.Geometry.Has(CompatibleFeatures.DirectoryIndex) && (inode.Flags & InodeFlags.Indexed) != 0;

    private void InheritProject(WritableInode inode, long parent)
    {
        WritableInode directory = volume.Inodes.Edit(parent);
        if (!volume.Geometry.Has(ReadOnlyCompatibleFeatures.Project) || (directory.Flags & InodeFlags.ProjectInherited) == 0)
            return;
        inode.ProjectId = directory.ProjectId;
        if (inode.View.Type == NodeType.Directory)
            inode.Flags |= InodeFlags.ProjectInherited;
    }
}
