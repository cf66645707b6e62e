namespace Mig.FileSystems.Ext.Writing;

/// <summary>Finds inodes to change.</summary>
internal sealed class WritableInodes(BlockStore store, Geometry geometry, GroupTable groups, InodeTable inodes)
{
    /// <summary>Returns an inode that is in use, its checksum checked.</summary>
    public WritableInode Edit(long number)
    {
        _ = inodes.GetUsed(number);
        return Take(number);
    }

    /// <summary>Returns an inode as it is, whatever it holds.</summary>
    public WritableInode Take(long number)
    {
        long offset = (groups[(number - 1) / geometry.InodesPerGroup].InodeTable * geometry.BlockSize)
            + ((number - 1) % geometry.InodesPerGroup * geometry.InodeSize);
        return new WritableInode(store.Edit(offset / geometry.BlockSize), (int)(offset % geometry.BlockSize), number, geometry);
    }
}
