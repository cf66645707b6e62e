namespace Mig.FileSystems.Ext.Writing;

/// <summary>
/// Gives out and takes back inodes. Files get one in the group of their directory, or the next with room. Directories below the root are
/// spread: each goes to the group with the fewest directories among those with more room than the average; others stay near their parent
/// while there is room for what they may hold.
/// </summary>
internal sealed class InodeAllocator(Geometry geometry, WritableSuperblock superblock, WritableGroups groups)
{
    /// <exception cref="RefusedOperationException">There is no free inode.</exception>
    public long Allocate(long parent, bool isDirectory)
    {
        int parentGroup = (int)((parent - 1) / geometry.InodesPerGroup);
        int start = isDirectory ? FindGroupForDirectory(parent, parentGroup) : parentGroup;
        for (int i = 0; i < geometry.GroupCount; i++)
        {
            int group = (start + i) % geometry.GroupCount;
            if (groups.Get(group).FreeInodes == 0)
                continue;
            int first = group * geometry.InodesPerGroup < geometry.FirstInode - 1
                ? (int)Math.Min(geometry.InodesPerGroup, geometry.FirstInode - 1 - (group * geometry.InodesPerGroup)) : 0;
            int index = Bitmap.IndexOf(groups.GetInodeBitmap(group), false, first, (int)geometry.InodesPerGroup);
            if (index == geometry.InodesPerGroup)
                continue;
            groups.MarkInode(group, index, isUsed: true, isDirectory);
            superblock.FreeInodes--;
            return (group * geometry.InodesPerGroup) + index + 1;
        }

        throw new RefusedOperationException(
            RefusalReason.NoInodes, $"the file system is full: all {geometry.InodeCount} inodes are in use");
    }

    public void Free(long number, bool isDirectory)
    {
        groups.MarkInode((int)((number - 1) / geometry.InodesPerGroup), (int)((number - 1) % geometry.InodesPerGroup), isUsed: false,
            isDirectory);
        superblock.FreeInodes++;
    }

    private int FindGroupForDirectory(long parent, int parentGroup)
    {
        long averageInodes = superblock.FreeInodes / geometry.GroupCount;
        long averageClusters = superblock.FreeBlocks / geometry.BlocksPerCluster / geometry.GroupCount;
        if (parent == Geometry.RootInode)
        {
            int best = -1;
            for (int group = 0; group < geometry.GroupCount; group++)
            {
                WritableGroup counts = groups.Get(group);
                bool hasRoom = counts.FreeInodes > 0 && counts.FreeInodes >= averageInodes && counts.FreeClusters >= averageClusters;
                if (hasRoom && (best < 0 || counts.UsedDirectories < groups.Get(best).UsedDirectories))
                    best = group;
            }

            return best < 0 ? parentGroup : best;
        }

        for (int i = 0; i < geometry.GroupCount; i++)
        {
            int group = (parentGroup + i) % geometry.GroupCount;
            WritableGroup counts = groups.Get(group);
            if (counts.FreeInodes > averageInodes / 4 && counts.FreeClusters > averageClusters / 4)
                return group;
        }

        return parentGroup;
    }
}
