using System.Buffers.Binary;

namespace Mig.FileSystems.Ext;

// Layout: kernel Documentation/filesystems/ext4, "Directory Entries" and "Hash Tree Directories". All integers little-endian.
/// <summary>A block of directory entries, or the part of an inode that holds them inline.</summary>
internal readonly ref struct DirectoryBlock(ReadOnlySpan<byte> bytes, long offset, long inode)
{
    private const int TailSize = 12;
    private const byte TailFileType = 0xDE;
    private const int NodeCountOffset = 8; // of an inner index block: behind one unused entry
    private const int RootCountOffset = 32; // of the root: behind ".", ".." and eight bytes about the index
    private const int RootInfoOffset = 24;
    private const int IndexEntrySize = 8;
    private const int IndexTailSize = 8;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Walks over all entries, unused ones too.</summary>
    public DirectoryEntries Entries => new(_bytes, offset, inode);

    /// <summary>Checks the checksum of a block, which is of one kind for entries and of another for the hash index.</summary>
    public void CheckChecksum(bool isIndexed, bool isFirst, uint seed)
    {
        if (isIndexed && (isFirst || IsIndexNode(_bytes)))
            CheckIndex(isFirst ? RootCountOffset : NodeCountOffset, seed);
        else
            CheckTail(seed);
    }

    /// <summary>
    /// Tells whether a block is part of the index, and not its root: it looks like one unused entry. Without checksums, so does an empty
    /// block of entries.
    /// </summary>
    public static bool IsIndexNode(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes) == 0
            && DirectoryEntries.DecodeLength(BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]), bytes.Length) == bytes.Length;

    private void CheckTail(uint seed)
    {
        int tail = _bytes.Length - TailSize;
        if (U32(tail) != 0 || U16(tail + 4) != TailSize || _bytes[tail + 6] != 0 || _bytes[tail + 7] != TailFileType)
            throw Corrupt("EXT4-064", tail, "the entry with the checksum is missing");
        uint stored = U32(tail + 8);
        uint computed = Crc32C.Append(seed, _bytes[..tail]);
        if (stored != computed)
            throw Corrupt("EXT4-065", tail, $"checksum is 0x{stored:x8}, its bytes sum up to 0x{computed:x8}");
    }

    private void CheckIndex(int countOffset, uint seed)
    {
        if (countOffset == RootCountOffset && (U32(RootInfoOffset) != 0 || _bytes[RootInfoOffset + 5] != RootCountOffset - RootInfoOffset))
            throw Corrupt("EXT4-066", RootInfoOffset,
                $"index header is 0x{U32(RootInfoOffset):x8} with {_bytes[RootInfoOffset + 5]} bytes, 0 with "
                + $"{RootCountOffset - RootInfoOffset} needed");
        int limit = U16(countOffset);
        int count = U16(countOffset + 2);
        int maxLimit = (_bytes.Length - countOffset - IndexTailSize) / IndexEntrySize;
        if (limit > maxLimit || count > limit)
            throw Corrupt("EXT4-066", countOffset, $"index has {count} entries of {limit}, at most {maxLimit} fit");
        int tail = countOffset + (limit * IndexEntrySize);
        uint stored = U32(tail + 4);
        uint computed = Crc32C.Append(Crc32C.Append(seed, _bytes[..(countOffset + (count * IndexEntrySize))]), U32(tail));
        computed = Crc32C.AppendZeros(computed, sizeof(uint));
        if (stored != computed)
            throw Corrupt("EXT4-067", tail, $"index checksum is 0x{stored:x8}, its bytes sum up to 0x{computed:x8}");
    }

    private Mig.Core.CorruptImageException Corrupt(string code, int at, string detail) =>
        ExtError.Corrupt(code, $"directory {inode}, block at {offset}, byte {at}: {detail}");

    private ushort U16(int field) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[field..]);

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[field..]);
}
