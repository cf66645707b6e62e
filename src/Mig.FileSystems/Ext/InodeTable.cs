namespace Mig.FileSystems.Ext;

/// <summary>Finds inodes by their number.</summary>
internal sealed class InodeTable(IBlockReader reader, Geometry geometry, GroupTable groups)
{
    /// <summary>Returns an inode, its checksum checked.</summary>
    public Inode this[long number]
    {
        get
        {
            if (number < 1 || number > geometry.InodeCount)
                throw ExtError.Corrupt("EXT4-030", $"inode number is {number}, 1 to {geometry.InodeCount} allowed");
            long index = (number - 1) % geometry.InodesPerGroup;
            long offset = (groups[(number - 1) / geometry.InodesPerGroup].InodeTable * geometry.BlockSize) + (index * geometry.InodeSize);
            return Inode.Parse(reader.GetTablePart(offset, geometry.InodeSize), number, offset, geometry);
        }
    }

    /// <summary>Returns an inode that must be in use, with a known type.</summary>
    public Inode GetUsed(long number)
    {
        Inode inode = this[number];
        if (inode.Type is null)
            throw inode.Corrupt("EXT4-032", $"mode is 0x{inode.Mode:x4}, whose type is not known");
        if ((inode.Flags & (InodeFlags.InlineData | InodeFlags.Extents)) == (InodeFlags.InlineData | InodeFlags.Extents))
            throw inode.Corrupt("EXT4-052", "it says that its content is inline and that it is in extents, one of them needed");
        if (inode.LinkCount == 0)
            throw inode.Corrupt("EXT4-033", "link count is 0, at least 1 needed for an inode with a name");
        return inode;
    }
}
