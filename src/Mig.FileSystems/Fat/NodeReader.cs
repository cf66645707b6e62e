using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Fat;

/// <summary>Turns directory entries into metadata, as Linux's vfat shows them when it is mounted without options.</summary>
internal static class NodeReader
{
    /// <summary>The number of the root, which has no entry: no entry can lie in the boot sector.</summary>
    public const long Root = 1;

    public const int Mode = 0x1ED; // rwxr-xr-x
    public const int ReadOnlyMode = 0x16D; // r-xr-xr-x

    /// <summary>
    /// Attributes that the mode does not tell: in the form in which ntfs-3g shows those of NTFS, four bytes, little-endian.
    /// </summary>
    public static ReadOnlySpan<byte> AttributeName => "system.ntfs_attrib"u8;

    public static FileNode ReadRoot() => new()
    {
        Number = Root,
        Type = NodeType.Directory,
        Mode = Mode,
        Uid = 0,
        Gid = 0,
        Size = 0,
        ModifiedTime = default,
        ChangedTime = default,
        LinkCount = 1,
    };

    public static FileNode Read(DirectorySlot slot, long number)
    {
        bool isDirectory = (slot.Attributes & DosAttributes.Directory) != 0;
        Timestamp modified = FatTime.Decode(slot.ModifiedDate, slot.ModifiedTime);
        return new FileNode
        {
            Number = number,
            Type = isDirectory ? NodeType.Directory : NodeType.File,
            Mode = !isDirectory && (slot.Attributes & DosAttributes.ReadOnly) != 0 ? ReadOnlyMode : Mode,
            Uid = 0,
            Gid = 0,
            Size = isDirectory ? 0 : slot.FileSize,
            ModifiedTime = modified,
            ChangedTime = modified,
            LinkCount = 1,
            Xattrs = IsVisible(slot.Attributes) ? [new ExtendedAttribute(AttributeName.ToArray(), Encode(slot.Attributes))] : [],
        };
    }

    /// <summary>Tells whether there is more in the attributes than type, mode, and whether a backup has seen the file.</summary>
    public static bool IsVisible(DosAttributes attributes)
    {
        bool isDirectory = (attributes & DosAttributes.Directory) != 0;
        return (attributes & (DosAttributes.Hidden | DosAttributes.System
            | (isDirectory ? DosAttributes.ReadOnly : DosAttributes.None))) != 0;
    }

    private static byte[] Encode(DosAttributes attributes)
    {
        byte[] value = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(value, (uint)(attributes & DosAttributes.Known));
        return value;
    }
}
