using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>An NTFS image in memory, to be damaged on purpose. Knows the format on its own, so that it does not share the reader's mistakes.</summary>
internal sealed class NtfsPatch(byte[] image)
{
    public const int RecordSize = 1024;

    public byte[] Image { get; } = image;

    /// <summary>How much of it is there.</summary>
    public int Length { get; init; } = image.Length;

    /// <summary>The limits to read with.</summary>
    public Limits Limits { get; set; } = Limits.Default;

    public int ClusterSize => U16(0x0B) * Image[0x0D];

    /// <summary>Returns where a record of the MFT stands.</summary>
    public int Record(int number) => number == 0 ? (int)U32(0x30) * ClusterSize : Place(0, 0x80, number * RecordSize);

    /// <summary>Returns the number of the record that a path names.</summary>
    public int Find(string path)
    {
        using var volume = new MemorySource(Image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        long node = fileSystem.RootNode;
        foreach (string part in path.Split('/'))
            node = fileSystem.ReadDirectory(node).Single(entry => System.Text.Encoding.UTF8.GetString(entry.Name.Span) == part).Node;
        return (int)node;
    }

    /// <summary>Returns the number of the record that has an attribute of a file: its own, or one that continues it.</summary>
    public int Holder(int number, uint type)
    {
        foreach (int record in Enumerable.Range(24, 1000).Prepend(number))
        {
            int start = Record(record);
            if (!Image.AsSpan(start).StartsWith("FILE"u8) || (record != number && U32(start + 0x20) != number))
                continue;
            for (int at = start + U16(start + 0x14); U32(at) != uint.MaxValue; at += (int)U32(at + 4))
            {
                if (U32(at) == type)
                    return record;
            }
        }

        throw new InvalidOperationException($"no record has attribute 0x{type:x} of record {number}");
    }

    /// <summary>Returns where an attribute of a record stands.</summary>
    /// <param name="which">Of several of the type.</param>
    public int Attribute(int number, uint type, int which = 0)
    {
        int at = Record(number) + U16(Record(number) + 0x14);
        while (U32(at) != type || which-- > 0)
        {
            if (U32(at) == uint.MaxValue)
                throw new InvalidOperationException($"record {number} has no attribute 0x{type:x}");
            at += (int)U32(at + 4);
        }

        return at;
    }

    /// <summary>Returns where the value of a resident attribute stands.</summary>
    public int Value(int number, uint type, int which = 0) => Attribute(number, type, which) is var at ? at + U16(at + 0x14) : 0;

    /// <summary>Returns where the runs of an attribute in clusters stand.</summary>
    public int Runs(int number, uint type, int which = 0) => Attribute(number, type, which) is var at ? at + U16(at + 0x20) : 0;

    /// <summary>Returns where the first run of an attribute in clusters leads to.</summary>
    public int FirstCluster(int number, uint type, int which = 0) => Place(number, type, 0, which);

    /// <summary>Returns where a byte of an attribute in clusters stands.</summary>
    public int Place(int number, uint type, int offset, int which = 0)
    {
        int at = Runs(number, type, which), cluster = 0;
        while (Image[at] != 0)
        {
            int lengthSize = Image[at] & 15, offsetSize = Image[at] >> 4, length = 0, distance = 0;
            for (int i = 0; i < lengthSize; i++)
                length |= Image[at + 1 + i] << (8 * i);
            for (int i = 0; i < offsetSize; i++)
                distance |= Image[at + 1 + lengthSize + i] << (8 * i);
            cluster += offsetSize is 0 or 4 ? distance : distance << (32 - (8 * offsetSize)) >> (32 - (8 * offsetSize));
            if (offset < length * ClusterSize)
                return (cluster * ClusterSize) + offset;
            offset -= length * ClusterSize;
            at += 1 + lengthSize + offsetSize;
        }

        throw new InvalidOperationException($"attribute 0x{type:x} of record {number} has no byte {offset} more");
    }

    public ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Image.AsSpan(offset));

    public uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Image.AsSpan(offset));

    public void Set16(int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(Image.AsSpan(offset), (ushort)value);

    public void Set32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Image.AsSpan(offset), value);

    public void Set64(int offset, long value) => BinaryPrimitives.WriteInt64LittleEndian(Image.AsSpan(offset), value);

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
