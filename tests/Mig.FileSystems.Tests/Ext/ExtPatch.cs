namespace Mig.FileSystems.Tests.Ext;

/// <summary>An image of ext2, ext3 or ext4 with blocks of 1 KiB, to be damaged.</summary>
internal sealed class ExtPatch(byte[] image) : PatchedImage(image)
{
    public const int BlockSize = 1024;
    public const int Superblock = 1024;

    private const int DescriptorOffset = 2 * BlockSize;

    public int Descriptor => DescriptorOffset;

    /// <summary>Returns where an inode of the first group stands.</summary>
    public int Inode(int number) => (int)(U32(DescriptorOffset + 8) * BlockSize) + ((number - 1) * U16(Superblock + 0x58));

    /// <summary>Returns where the first block of a file with extents of depth 0 stands.</summary>
    public int FirstBlock(int inode) => (int)U32(Inode(inode) + 0x28 + 12 + 8) * BlockSize;

    /// <summary>Returns where the block below the root of a file's extent tree stands.</summary>
    public int FirstExtentNode(int inode) => (int)U32(Inode(inode) + 0x28 + 12 + 4) * BlockSize;
}
