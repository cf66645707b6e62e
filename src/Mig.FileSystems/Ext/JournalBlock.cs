using System.Buffers.Binary;

namespace Mig.FileSystems.Ext;

// Layout: kernel Documentation/filesystems/ext4, "Journal (jbd2)", "Block Header", "Commit Block", "Revocation Block". All integers
// big-endian.
/// <summary>A block of the log that begins with a header.</summary>
internal readonly ref struct JournalBlock(ReadOnlySpan<byte> bytes)
{
    public const uint Magic = 0xC03B3998;
    public const int HeaderSize = 12;
    public const int TailSize = 4;

    private const byte Crc32Type = 1;
    private const byte Crc32Size = 4;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public bool HasMagic => U32(0) == Magic;

    public JournalBlockType Type => (JournalBlockType)U32(4);

    public uint Sequence => U32(8);

    /// <summary>When a commit was made, in seconds.</summary>
    public ulong CommitSeconds => BinaryPrimitives.ReadUInt64BigEndian(_bytes[Field.CommitSeconds..]);

    /// <summary>The bytes of a revocation block that are in use, its header included.</summary>
    public uint RevokeLength => U32(Field.RevokeLength);

    /// <summary>Checks the four bytes at the end of a descriptor or revocation block.</summary>
    public bool IsTailValid(uint seed)
    {
        int tail = _bytes.Length - TailSize;
        return U32(tail) == Crc32C.AppendZeros(Crc32C.Append(seed, _bytes[..tail]), TailSize);
    }

    /// <summary>Checks a commit's own checksum.</summary>
    public bool IsCommitValid(uint seed)
    {
        uint computed = Crc32C.AppendZeros(Crc32C.Append(seed, _bytes[..Field.CommitChecksum]), sizeof(uint));
        return U32(Field.CommitChecksum) == Crc32C.Append(computed, _bytes[(Field.CommitChecksum + sizeof(uint))..]);
    }

    /// <summary>Checks a commit against the CRC-32 of all blocks of its transaction; a commit may also be without one.</summary>
    public bool IsTransactionValid(uint crc)
    {
        byte type = _bytes[Field.CommitChecksumType];
        byte size = _bytes[Field.CommitChecksumSize];
        uint stored = U32(Field.CommitChecksum);
        return (type == Crc32Type && size == Crc32Size && stored == crc) || (type == 0 && size == 0 && stored == 0);
    }

    private uint U32(int field) => BinaryPrimitives.ReadUInt32BigEndian(_bytes[field..]);

    private static class Field
    {
        public const int CommitChecksumType = 0x0C;
        public const int CommitChecksumSize = 0x0D;
        public const int RevokeLength = 0x0C;
        public const int CommitChecksum = 0x10;
        public const int CommitSeconds = 0x30;
    }
}
