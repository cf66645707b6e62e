using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext;

// Layout: kernel Documentation/filesystems/ext4, "Extent Tree". All integers little-endian.
internal readonly ref struct ExtentNode
{
    public const int HeaderSize = 12;
    public const int MaxDepth = 5;

    public const ushort Magic = 0xF30A;
    private const int EntrySize = 12;
    private const int MaxInitialized = 32768; // a greater length says that the blocks were reserved, not written: they read as zeros

    private readonly ReadOnlySpan<byte> _bytes;

    private ExtentNode(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public int Count => U16(Field.EntryCount);

    public int Depth => U16(Field.Depth);

    /// <summary>Where the checksum of a node in its own block stands: behind as many entries as have room.</summary>
    public int ChecksumOffset => HeaderSize + (U16(Field.MaxEntryCount) * EntrySize);

    /// <param name="expectedDepth">What the node above says; -1 for the root.</param>
    /// <param name="hasTail">Whether four bytes of checksum must fit behind the entries.</param>
    /// <param name="where">For messages.</param>
    public static ExtentNode Parse(ReadOnlySpan<byte> bytes, int expectedDepth, bool hasTail, string where)
    {
        var node = new ExtentNode(bytes);
        if (node.U16(Field.Magic) != Magic)
            throw ExtError.Corrupt("EXT4-040", $"{where}: magic is 0x{node.U16(Field.Magic):x4}, 0x{Magic:x4} needed");
        int room = (bytes.Length - HeaderSize - (hasTail ? sizeof(uint) : 0)) / EntrySize;
        int max = node.U16(Field.MaxEntryCount);
        if (max > room)
            throw ExtError.Corrupt("EXT4-041", $"{where}: room for {max} entries is claimed, at most {room} fit");
        if (max == 0)
            throw ExtError.Corrupt("EXT4-041", $"{where}: has room for 0 entries, at least 1 needed");
        if (node.Count > max)
            throw ExtError.Corrupt("EXT4-041", $"{where}: has {node.Count} entries, at most {max} allowed");
        if (expectedDepth < 0 ? node.Depth > MaxDepth : node.Depth != expectedDepth)
            throw ExtError.Corrupt("EXT4-042",
                $"{where}: depth is {node.Depth}, {(expectedDepth < 0 ? $"at most {MaxDepth}" : expectedDepth)} allowed");
        if (node.Count == 0 && node.Depth > 0)
            throw ExtError.Corrupt("EXT4-041", $"{where}: has 0 entries, at least 1 needed");
        return node;
    }

    /// <summary>The first file block of an entry of either kind.</summary>
    public uint FileBlock(int index) => U32(Entry(index) + Field.FileBlock);

    public bool IsUnwritten(int index) => U16(Entry(index) + Field.Length) > MaxInitialized;

    public int Length(int index)
    {
        int length = U16(Entry(index) + Field.Length);
        return length > MaxInitialized ? length - MaxInitialized : length;
    }

    public long VolumeBlock(int index) => U32(Entry(index) + Field.StartLow) | (long)U16(Entry(index) + Field.StartHigh) << 32;

    /// <summary>The block of the node below, in an inner node.</summary>
    public long ChildBlock(int index) => U32(Entry(index) + Field.ChildLow) | (long)U16(Entry(index) + Field.ChildHigh) << 32;

    private static int Entry(int index) => HeaderSize + (index * EntrySize);

    private ushort U16(int field) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[field..]);

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[field..]);

    private static class Field
    {
        public const int Magic = 0x0;
        public const int EntryCount = 0x2;
        public const int MaxEntryCount = 0x4;
        public const int Depth = 0x6;

        // Within a leaf's entry.
        public const int FileBlock = 0x0;
        public const int Length = 0x4;
        public const int StartHigh = 0x6;
        public const int StartLow = 0x8;

        // Within an inner node's entry.
        public const int ChildLow = 0x4;
        public const int ChildHigh = 0x8;
    }
}
