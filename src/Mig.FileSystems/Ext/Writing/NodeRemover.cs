namespace Mig.FileSystems.Ext.Writing;

/// <summary>Takes away inodes with all that they have.</summary>
internal sealed class NodeRemover(WritableVolume volume)
{
    /// <summary>Takes one name off an inode's count; with the last one it goes.</summary>
    public void Unlink(WritableInode inode)
    {
        if (inode.LinkCount > 1)
        {
            inode.LinkCount--;
            inode.SetChangedTime(volume.Now);
            inode.Seal();
            return;
        }

        Delete(inode);
    }

    /// <summary>Frees an inode and its blocks, whose bytes stay as they are.</summary>
    public void Delete(WritableInode inode)
    {
        Inode view = inode.View;
        bool isDirectory = view.Type == NodeType.Directory;
        bool isFast = view.Type == NodeType.SymbolicLink && NodeReader.IsFast(volume.Geometry, view, volume.Map.GetSize(view));
        bool hasBlocks = view.Type is NodeType.File or NodeType.Directory or NodeType.SymbolicLink && !isFast
            && (view.Flags & InodeFlags.InlineData) == 0;
        if (hasBlocks)
        {
            volume.Blocks.FreeAll(volume.Blocks.Load(view));
            volume.Blocks.Clear(inode);
        }

        // What stands in the inode itself is gone with it; blocks are whoever's who frees them.
        if (!hasBlocks)
            inode.BlockMap.Clear();
        volume.Attributes.ReleaseAll(inode);
        inode.Size = hasBlocks ? 0 : inode.Size;
        inode.SetBlockCount(0);
        inode.LinkCount = 0;
        inode.SetChangedTime(volume.Now);
        // Small numbers in this field would be read as a link of the list of orphans.
        inode.DeletionTime = (uint)Math.Clamp(volume.Now.Seconds, volume.Geometry.InodeCount + 1, uint.MaxValue);
        inode.Seal();
        volume.InodeAllocator.Free(inode.Number, isDirectory);
    }
}
