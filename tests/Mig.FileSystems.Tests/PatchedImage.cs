using System.Buffers.Binary;
using System.Text;
using Mig.Core;

namespace Mig.FileSystems.Tests;

/// <summary>
/// An image in memory, to be damaged on purpose. Those of the formats know them on their own, so that they do not share the readers'
/// mistakes.
/// </summary>
internal abstract class PatchedImage(byte[] image)
{
    private readonly int? _length;

    public byte[] Image { get; private set; } = image;

    /// <summary>How much of it is there.</summary>
    public int Length
    {
        get => _length ?? Image.Length;
        init => _length = value;
    }

    /// <summary>The limits to read with.</summary>
    public Limits Limits { get; set; } = Limits.Default;

    /// <summary>Makes it longer, with zeros.</summary>
    public void Lengthen(int length) => Image = [.. Image, .. new byte[length - Image.Length]];

    public ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Image.AsSpan(offset));

    public uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Image.AsSpan(offset));

    public void Set16(int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(Image.AsSpan(offset), (ushort)value);

    public void Set32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Image.AsSpan(offset), value);

    public void Set64(int offset, long value) => BinaryPrimitives.WriteInt64LittleEndian(Image.AsSpan(offset), value);

    public void SetBig32(int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Image.AsSpan(offset), value);

    /// <summary>Returns the number of the node that a path names.</summary>
    public int Find(string path)
    {
        using var volume = new MemorySource(Image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        long node = fileSystem.RootNode;
        foreach (string part in path.Split('/'))
            node = fileSystem.ReadDirectory(node).Single(entry => Encoding.UTF8.GetString(entry.Name.Span) == part).Node;
        return (int)node;
    }

    /// <summary>Reads all there is: every node, name, extent, byte and free range.</summary>
    /// <returns>What the reader notes; null when it finds no file system.</returns>
    public IReadOnlyList<string>? ReadAll()
    {
        using var volume = new MemorySource(Image.AsMemory(0, Length));
        using IFileSystem? fileSystem = FileSystemFormats.Open(volume, Limits);
        if (fileSystem is null)
            return null;
        byte[] buffer = new byte[4096];
        var seen = new HashSet<long> { fileSystem.RootNode };
        var directories = new Stack<long>(seen);
        _ = fileSystem.GetNode(fileSystem.RootNode);
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
        return fileSystem.Info.Notes;
    }
}
