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

    /// <summary>Returns an inode that must be in use, with a known type, and that may have a name.</summary>
    public Inode GetUsed(long number)
    {
        Inode inode = GetAny(number);
        if ((inode.Flags & InodeFlags.AttributeValue) != 0)
            throw inode.Corrupt("EXT4-053", "it holds the value of an extended attribute, which no name may lead to");
        return inode;
    }

    /// <summary>Returns an inode that must hold the value of an extended attribute.</summary>
    public Inode GetValue(long number)
    {
        Inode inode = GetAny(number);
        if ((inode.Flags & InodeFlags.AttributeValue) == 0 || inode.Type != NodeType.File || number < geometry.FirstInode)
            throw inode.Corrupt("EXT4-076", $"its flags are 0x{(uint)inode.Flags:x}, the value of an extended attribute needed");
        if (inode.AttributeBlock(geometry.Has(IncompatibleFeatures.SixtyFourBit)) != 0 || AttributeReader.HasInodeEntries(inode))
            throw inode.Corrupt("EXT4-076", "it holds the value of an extended attribute, and has attributes itself");
        return inode;
    }

    // What the kernel refuses of an inode, in whichever way it was come to.
    private Inode GetAny(long number)
    {
        Inode inode = this[number];
        if (inode.Type is null)
            throw inode.Corrupt("EXT4-032", $"mode is 0x{inode.Mode:x4}, whose type is not known");
        if ((inode.Flags & (InodeFlags.InlineData | InodeFlags.Extents)) == (InodeFlags.InlineData | InodeFlags.Extents))
            throw inode.Corrupt("EXT4-052", "it says that its content is inline and that it is in extents, one of them needed");
        if (inode.LinkCount == 0)
            throw inode.Corrupt("EXT4-033", "link count is 0, at least 1 needed for an inode with a name");
        if (FindWrongFlag(inode) is { } fault)
            throw inode.Corrupt("EXT4-053", fault);
        return inode;
    }

    private string? FindWrongFlag(Inode inode)
    {
        if (inode.Type == NodeType.SymbolicLink && (inode.Flags & (InodeFlags.AppendOnly | InodeFlags.Immutable)) != 0)
            return "a symbolic link is append-only or immutable, which only others can be";
        if ((inode.Flags & InodeFlags.CaseFolded) != 0 && !geometry.Has(IncompatibleFeatures.CaseFolding))
            return "it folds the case of names, and the file system has no casefold";

        // Without the feature, an index would be taken for empty space; with checksums, it would then seem to be damaged.
        return (inode.Flags & InodeFlags.Indexed) != 0 && geometry.HasChecksums && !geometry.Has(CompatibleFeatures.DirectoryIndex)
            ? "its names have an index, and the file system has no dir_index"
            : null;
    }
}
