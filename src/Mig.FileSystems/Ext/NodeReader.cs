using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>Turns inodes into nodes.</summary>
internal sealed class NodeReader(Geometry geometry, FileMap map, AttributeReader attributes)
{
    private const int PermissionMask = 0xFFF;
    private const int SectorSize = 512;

    /// <param name="damage">Takes what is wrong with times and extended attributes; null to throw.</param>
    public FileNode Read(Inode inode, DamageList? damage = null)
    {
        try
        {
            inode.CheckTimes();
        }
        catch (CorruptImageException e) when (damage is not null)
        {
            damage.Add(e);
        }

        NodeType type = inode.Type!.Value;
        (uint major, uint minor) = type is NodeType.BlockDevice or NodeType.CharacterDevice ? ReadDevice(inode) : default;
        byte[] target = type == NodeType.SymbolicLink ? ReadTarget(inode) : [];
        return new FileNode
        {
            Number = inode.Number,
            Type = type,
            Mode = inode.Mode & PermissionMask,
            Uid = inode.Uid,
            Gid = inode.Gid,
            Size = type == NodeType.File ? map.GetSize(inode) : target.Length,
            ModifiedTime = inode.ModifiedTime,
            ChangedTime = inode.ChangedTime,
            LinkCount = inode.LinkCount,
            LinkTarget = target,
            DeviceMajor = major,
            DeviceMinor = minor,
            Attributes = (uint)(inode.Flags & InodeFlags.User),
            Xattrs = attributes.Read(inode, damage),
        };
    }

    // Two 32-bit words: the old form with eight bits each when the first is not 0, else the new one.
    private static (uint Major, uint Minor) ReadDevice(Inode inode)
    {
        uint old = BinaryPrimitives.ReadUInt32LittleEndian(inode.BlockMap);
        if (old != 0)
            return ((old >> 8) & 0xFF, old & 0xFF);
        uint device = BinaryPrimitives.ReadUInt32LittleEndian(inode.BlockMap[sizeof(uint)..]);
        return ((device & 0xFFF00) >> 8, (device & 0xFF) | ((device >> 12) & 0xFFF00));
    }

    private byte[] ReadTarget(Inode inode)
    {
        long size = map.GetSize(inode);
        bool isInline = (inode.Flags & InodeFlags.InlineData) != 0;
        bool isFast = !isInline && IsFast(geometry, inode, size);
        bool isEncrypted = (inode.Flags & InodeFlags.Encrypted) != 0;
        // the kernel puts a zero byte behind what is not encrypted
        long max = isFast ? Inode.BlockMapSize - 1 : isEncrypted ? geometry.BlockSize : geometry.BlockSize - 1;
        if (size < 1 || size > max)
            throw inode.Corrupt("EXT4-039", $"target of the symbolic link has {size} bytes, 1 to {max} allowed");
        byte[] target = new byte[size];
        if (isInline)
            InlineData.Read(inode, 0, target);
        else if (isFast)
            inode.BlockMap[..target.Length].CopyTo(target);
        else
            map.Read(map.GetRuns(inode, size), 0, target);
        if (isFast && !isEncrypted && inode.BlockMap[target.Length] != 0)
            throw inode.Corrupt("EXT4-039", $"target of the symbolic link goes on behind its {size} bytes, a zero byte needed there");
        if (!isEncrypted && target.AsSpan().Contains((byte)0))
            throw inode.Corrupt("EXT4-039", "target of the symbolic link has a zero byte, none allowed");
        return target;
    }

    /// <summary>Tells whether a symbolic link's target stands in the inode.</summary>
    // As the kernel does it: a fast link has no block but the one of its attributes; where attributes have inodes, blocks cannot be told
    // apart and size decides.
    public static bool IsFast(Geometry geometry, Inode inode, long size)
    {
        if (geometry.Has(IncompatibleFeatures.AttributeInodes))
            return size < Inode.BlockMapSize;
        long sectors = inode.SectorCount;
        if ((inode.Flags & InodeFlags.HugeFile) != 0 && geometry.Has(ReadOnlyCompatibleFeatures.HugeFile))
            sectors *= geometry.BlockSize / SectorSize;
        long attributeSectors = inode.AttributeBlock(geometry.Has(IncompatibleFeatures.SixtyFourBit)) == 0 ? 0 : geometry.BlocksPerCluster
            * geometry.BlockSize / SectorSize;
        return sectors == attributeSectors;
    }
}
