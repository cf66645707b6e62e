using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>An image in memory, to be damaged on purpose. Knows the format on its own, so that it does not share the reader's mistakes.</summary>
internal sealed class ExtPatch(byte[] image)
{
    public const int BlockSize = 1024;
    public const int Superblock = 1024;

    private const int DescriptorOffset = 2 * BlockSize;

    public byte[] Image { get; } = image;

    /// <summary>How much of it is there.</summary>
    public int Length { get; init; } = image.Length;

    /// <summary>The limits to read with.</summary>
    public Limits Limits { get; set; } = Limits.Default;

    public int Descriptor => DescriptorOffset;

    /// <summary>Returns where an inode of the first group stands.</summary>
    public int Inode(int number) => (int)(U32(DescriptorOffset + 8) * BlockSize) + ((number - 1) * U16(Superblock + 0x58));

    /// <summary>Returns the number of the inode that a path names.</summary>
    public int Find(string path)
    {
        using var volume = new MemorySource(Image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        long node = fileSystem.RootNode;
        foreach (string part in path.Split('/'))
            node = fileSystem.ReadDirectory(node).Single(entry => System.Text.Encoding.UTF8.GetString(entry.Name.Span) == part).Node;
        return (int)node;
    }

    /// <summary>Returns where the first block of a file with extents of depth 0 stands.</summary>
    public int FirstBlock(int inode) => (int)U32(Inode(inode) + 0x28 + 12 + 8) * BlockSize;

    /// <summary>Returns where the block below the root of a file's extent tree stands.</summary>
    public int FirstExtentNode(int inode) => (int)U32(Inode(inode) + 0x28 + 12 + 4) * BlockSize;

    public ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Image.AsSpan(offset));

    public uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Image.AsSpan(offset));

    public void Set16(int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(Image.AsSpan(offset), (ushort)value);

    public void Set32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Image.AsSpan(offset), value);

    public void SetBig32(int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Image.AsSpan(offset), value);

    /// <summary>Reads all there is: every node, name, extent, byte and free range.</summary>
    public void ReadAll()
    {
        using var volume = new MemorySource(Image.AsMemory(0, Length));
        using IFileSystem? fileSystem = FileSystemFormats.Open(volume, Limits);
        if (fileSystem is null)
            return;
        byte[] buffer = new byte[4096];
        var seen = new HashSet<long> { fileSystem.RootNode };
        var directories = new Stack<long>(seen);
        while (directories.TryPop(out long directory))
        {
            foreach (DirectoryEntry entry in fileSystem.ReadDirectory(directory))
            {
                if (!seen.Add(entry.Node))
                    continue;
                FileNode node = fileSystem.GetNode(entry.Node);
                if (node.Type == NodeType.Directory)
                    directories.Push(entry.Node);
                foreach (FileExtent extent in fileSystem.GetExtents(entry.Node))
                    fileSystem.ReadContent(entry.Node, extent.FileOffset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, extent.Length)));
            }
        }

        _ = fileSystem.GetFreeRanges().Sum(static range => range.Length);
    }
}
