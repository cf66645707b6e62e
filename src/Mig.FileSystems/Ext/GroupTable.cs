using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>The descriptors of all block groups, each read and checked when it is first asked for.</summary>
internal sealed class GroupTable
{
    private readonly IBlockReader _reader;
    private readonly Geometry _geometry;
    private readonly Group?[] _groups;
    private readonly bool _isLenient;

    /// <param name="isLenient">Whether a descriptor with a wrong checksum, or without bitmaps, is read all the same: what is wrong with it,
    /// <see cref="CountFreeBytes"/> says.</param>
    public GroupTable(IBlockReader reader, Geometry geometry, Limits limits, bool isLenient = false)
    {
        _isLenient = isLenient;
        long tableLength = (long)geometry.GroupCount * geometry.DescriptorSize;
        if (tableLength > limits.MaxTableBytes)
            throw ExtError.Corrupt("EXT4-013",
                $"superblock at {Superblock.Offset}: group descriptors take {tableLength} bytes, at most {limits.MaxTableBytes} allowed");
        _reader = reader;
        _geometry = geometry;
        _groups = new Group?[geometry.GroupCount];
    }

    public Group this[long group] => _groups[group] ??= Read(group, _isLenient);

    /// <summary>How many blocks each group's inode table takes.</summary>
    public long InodeTableBlocks => ((_geometry.InodesPerGroup * _geometry.InodeSize) + _geometry.BlockSize - 1) / _geometry.BlockSize;

    /// <summary>Adds up the free clusters of all groups, in bytes. Reads all descriptors.</summary>
    /// <param name="damage">Takes the first descriptor that is wrong, and how many are; null to throw.</param>
    public long CountFreeBytes(DamageList? damage)
    {
        long clusters = 0;
        string? first = null;
        int wrong = 0;
        for (int group = 0; group < _geometry.GroupCount; group++)
        {
            try
            {
                clusters += (_groups[group] = Read(group, isLenient: false)).FreeClusters;
            }
            catch (CorruptImageException e) when (damage is not null)
            {
                first ??= e.Message;
                wrong++;
            }
        }

        if (first is not null)
            damage!.Add([], wrong == 1 ? first : $"{first}; {wrong} of {_geometry.GroupCount} group descriptors are damaged");
        return Math.Min(_geometry.Length, clusters * _geometry.BlocksPerCluster * _geometry.BlockSize);
    }

    /// <summary>Returns the blocks at the start of a group that copies of the superblock and of the descriptors take.</summary>
    /// <param name="withReserved">Whether those count that are kept for more descriptors.</param>
    public long CountLeadingMetadataBlocks(long group, bool withReserved = true)
    {
        bool hasSuperblock = _geometry.HasSuperblock(group);
        long tableBlocks = (_geometry.GroupCount + _geometry.DescriptorsPerBlock - 1) / _geometry.DescriptorsPerBlock;
        long reserved = withReserved ? _geometry.ReservedDescriptorBlocks : 0;
        long leading = hasSuperblock ? 1 : 0;
        if (!_geometry.Has(IncompatibleFeatures.MetaBlockGroups))
            leading += hasSuperblock ? tableBlocks + reserved : 0;
        else if (group / _geometry.DescriptorsPerBlock < _geometry.FirstMetaGroup)
            leading += hasSuperblock ? _geometry.FirstMetaGroup + reserved : 0;
        else if (group % _geometry.DescriptorsPerBlock is 0 or 1 || group % _geometry.DescriptorsPerBlock == _geometry.DescriptorsPerBlock
            - 1)
            leading++;

        // With 1 KiB blocks counted from 0, the superblock is block 1 of group 0, behind the boot block.
        return group == 0 && _geometry.BlockSize == Superblock.Offset && _geometry.FirstDataBlock == 0 ? leading + 1 : leading;
    }

    /// <summary>Returns where a group's descriptor stands on the volume, in bytes.</summary>
    public long FindDescriptor(long group) =>
        (FindDescriptorBlock(group / _geometry.DescriptorsPerBlock) * _geometry.BlockSize)
            + (group % _geometry.DescriptorsPerBlock * _geometry.DescriptorSize);

    private Group Read(long group, bool isLenient)
    {
        long offset = FindDescriptor(group);
        if (offset > _geometry.Length - _geometry.DescriptorSize)
            throw ExtError.Corrupt("EXT4-016",
                $"group descriptor {group} would be at {offset}, beyond the file system's end at {_geometry.Length}");
        var descriptor = new GroupDescriptor(_reader.GetTablePart(offset, _geometry.DescriptorSize));
        bool hasChecksum = _geometry.HasChecksums || _geometry.Has(ReadOnlyCompatibleFeatures.GroupChecksums);
        if (hasChecksum && !isLenient && descriptor.Checksum != descriptor.ComputeChecksum(_geometry, (uint)group))
        {
            throw ExtError.Corrupt(
                "EXT4-020",
                $"group descriptor {group} at {offset}: checksum is 0x{descriptor.Checksum:x4}, its bytes sum up to "
                    + $"0x{descriptor.ComputeChecksum(_geometry, (uint)group):x4}");
        }

        CheckPlace("EXT4-023", "inode table", descriptor.InodeTable, InodeTableBlocks);
        bool hasBlockBitmap = HasPlace("EXT4-021", "block bitmap", descriptor.BlockBitmap),
            hasInodeBitmap = HasPlace("EXT4-022", "inode bitmap", descriptor.InodeBitmap);
        return new Group(
            hasBlockBitmap ? descriptor.BlockBitmap : Group.NoBlock,
            hasInodeBitmap ? descriptor.InodeBitmap : Group.NoBlock,
            descriptor.InodeTable,
            descriptor.FreeClusters,
            !hasBlockBitmap || !hasChecksum || (descriptor.Flags & GroupDescriptor.BlockBitmapNotWritten) == 0,
            hasInodeBitmap && (!hasChecksum || (descriptor.Flags & GroupDescriptor.InodeBitmapNotWritten) == 0),
            descriptor.BlockBitmapChecksum,
            descriptor.HasLongChecksums ? uint.MaxValue : ushort.MaxValue);

        // Files can be read without bitmaps.
        bool HasPlace(string code, string what, long block)
        {
            if (isLenient && !_geometry.Contains(block, 1))
                return false;
            CheckPlace(code, what, block, 1);
            return true;
        }

        void CheckPlace(string code, string what, long block, long count)
        {
            if (!_geometry.Contains(block, count))
                throw ExtError.Corrupt(
                    code, $"group descriptor {group} at {offset}: {what} of {count} blocks is at block {block}, "
                    + $"{_geometry.FirstDataBlock + 1} to {_geometry.ReadableBlocks - count} allowed");
        }
    }

    private long FindDescriptorBlock(long tableBlock)
    {
        long superblockBlock = Superblock.Offset / _geometry.BlockSize;
        if (!_geometry.Has(IncompatibleFeatures.MetaBlockGroups) || tableBlock < _geometry.FirstMetaGroup)
            return superblockBlock + 1 + tableBlock;

        // Under meta_bg each block of descriptors stands in the first of the groups that it describes, behind the superblock's copy if
        // there is one.
        long group = tableBlock * _geometry.DescriptorsPerBlock;
        long behind = _geometry.HasSuperblock(group) ? 1 : 0;
        if (group == 0 && _geometry.BlockSize == Superblock.Offset && _geometry.FirstDataBlock == 0)
            behind++;
        return _geometry.FirstBlockOfGroup(group) + behind;
    }
}
