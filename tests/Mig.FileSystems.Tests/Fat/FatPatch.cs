using System.Buffers.Binary;
using System.Text;
using Mig.Core;

namespace Mig.FileSystems.Tests.Fat;

/// <summary>A volume of FAT12 or FAT16 whose bytes a test changes.</summary>
internal sealed class FatPatch(byte[] image)
{
    public byte[] Bytes = image;

    public byte[] Image => Bytes;

    public Limits Limits { get; init; } = Limits.Default;

    public int SectorSize => U16(0x0B);

    public int FatOffset => U16(0x0E) * SectorSize;

    public int FatLength => U16(0x16) * SectorSize;

    public int Root => FatOffset + (Image[0x10] * FatLength);

    public int Data => Root + (U16(0x11) * 32);

    public int U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Image.AsSpan(offset));

    public void Set16(int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(Image.AsSpan(offset), (ushort)value);

    public void Set32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Image.AsSpan(offset), value);

    /// <summary>Returns where a short entry lies.</summary>
    /// <param name="name">Eleven characters.</param>
    public int Entry(string name)
    {
        int at = Image.AsSpan(Root).IndexOf(Encoding.ASCII.GetBytes(name));
        Assert.True(at >= 0 && at % 32 == 0, name);
        return Root + at;
    }

    public int FirstCluster(string name) => U16(Entry(name) + 0x1A);

    public int ClusterOffset(int cluster) => Data + ((cluster - 2) * Image[0x0D] * SectorSize);

    /// <summary>Sets an entry of 12 bits in all tables.</summary>
    public void SetNext12(int cluster, int value)
    {
        for (int copy = 0; copy < Image[0x10]; copy++)
        {
            int at = FatOffset + (copy * FatLength) + (cluster * 3 / 2);
            Set16(at, cluster % 2 == 0 ? (U16(at) & 0xF000) | value : (U16(at) & 0xF) | value << 4);
        }
    }

    /// <summary>Returns the entries of 12 bits of a chain's clusters.</summary>
    public int GetNext12(int cluster)
    {
        int value = U16(FatOffset + (cluster * 3 / 2));
        return cluster % 2 == 0 ? value & 0xFFF : value >> 4;
    }

    /// <summary>Reads all that a commit would.</summary>
    public bool ReadAll(int? length = null)
    {
        using var volume = new MemorySource(Image.AsMemory(0, length ?? Image.Length));
        using IFileSystem? fileSystem = FileSystemFormats.Open(volume, Limits);
        if (fileSystem is null)
            return false;
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
        return true;
    }
}
