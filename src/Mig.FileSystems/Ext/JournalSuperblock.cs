using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext;

// Layout: kernel Documentation/filesystems/ext4, "Journal (jbd2)", "Super Block". All integers big-endian.
internal readonly ref struct JournalSuperblock
{
    public const int Size = 1024;

    private const int TypeVersion1 = 3;
    private const int TypeVersion2 = 4;
    private const int ChecksumTypeCrc32C = 4;
    private const int DefaultFastCommitBlocks = 256;
    private const int MinJournalBlocks = 1024;

    private readonly ReadOnlySpan<byte> _bytes;

    private JournalSuperblock(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>How many blocks the journal has.</summary>
    public uint BlockCount => U32(Field.BlockCount);

    /// <summary>The first block of the log.</summary>
    public uint First => U32(Field.First);

    /// <summary>The first block behind the log; fast commits may follow.</summary>
    public uint End => BlockCount - FastCommitBlocks;

    /// <summary>The first block behind the log that may hold a fast commit; none when it is not before <see cref="BlockCount"/>.</summary>
    public uint FirstFastCommit => (Features & JournalFeatures.FastCommit) == 0 ? BlockCount : End + 1;

    /// <summary>The number of the first transaction to recover.</summary>
    public uint Sequence => U32(Field.Sequence);

    /// <summary>Where the first transaction to recover begins; 0 when there is none.</summary>
    public uint Start => U32(Field.Start);

    /// <summary>Whether an error was recorded that the file system must be checked for.</summary>
    public bool HasError => U32(Field.Error) != 0;

    public JournalFeatures Features => IsVersion2 ? (JournalFeatures)U32(Field.Incompatible) : JournalFeatures.None;

    /// <summary>Whether commits hold a CRC-32 of their whole transaction (an older scheme).</summary>
    public bool HasTransactionChecksums => IsVersion2 && (U32(Field.Compatible) & 1) != 0;

    public bool HasBlockChecksums => (Features & (JournalFeatures.Checksum2 | JournalFeatures.Checksum3)) != 0;

    /// <summary>What every checksum in the journal starts from.</summary>
    public uint ChecksumSeed => Crc32C.Append(Crc32C.Start, _bytes.Slice(Field.Uuid, 16));

    private bool IsVersion2 => U32(Field.Type) == TypeVersion2;

    private uint FastCommitBlocks
    {
        get
        {
            uint blocks = U32(Field.FastCommitBlocks) == 0 ? DefaultFastCommitBlocks : U32(Field.FastCommitBlocks);
            return (Features & JournalFeatures.FastCommit) != 0 && blocks <= BlockCount && BlockCount - blocks >= MinJournalBlocks ? blocks
                : 0;
        }
    }

    /// <param name="offset">Where it stands on the volume.</param>
    /// <param name="inodeBlocks">How many blocks the journal's inode has.</param>
    public static JournalSuperblock Parse(ReadOnlySpan<byte> bytes, long offset, int blockSize, long inodeBlocks)
    {
        var superblock = new JournalSuperblock(bytes[..Size]);
        if (superblock.U32(Field.Magic) != JournalBlock.Magic || superblock.U32(Field.Type) is not (TypeVersion1 or TypeVersion2))
            throw Corrupt(
                "EXT4-091",
                $"magic is 0x{superblock.U32(Field.Magic):x8} with type {superblock.U32(Field.Type)}, 0x{JournalBlock.Magic:x8} with 3 or "
                + "4 needed");
        uint unknown = (uint)(superblock.Features & ~JournalFeatures.Known);
        if (unknown != 0)
            throw new UnsupportedFeatureException(
                $"jbd2 incompatible features 0x{unknown:x}", $"journal superblock at {offset}; recover the journal with e2fsck");
        if (superblock.HasBlockChecksums)
            superblock.CheckChecksum(Corrupt);
        if (superblock.U32(Field.BlockSize) != blockSize)
            throw Corrupt("EXT4-092", $"block size is {superblock.U32(Field.BlockSize)}, that of the file system, {blockSize}, needed");
        if (superblock.BlockCount < 2 || superblock.BlockCount > inodeBlocks)
            throw Corrupt("EXT4-093", $"has {superblock.BlockCount} blocks, 2 to {inodeBlocks} allowed");
        if (superblock.First < 1 || superblock.First >= superblock.End)
            throw Corrupt("EXT4-093", $"log begins at block {superblock.First}, 1 to {superblock.End - 1} allowed");
        if (superblock.Start != 0 && (superblock.Start < superblock.First || superblock.Start >= superblock.End))
            throw Corrupt(
                "EXT4-093", $"first transaction begins at block {superblock.Start}, {superblock.First} to {superblock.End - 1} allowed");
        return superblock;

        CorruptImageException Corrupt(string code, string detail) => ExtError.Corrupt(code, $"journal superblock at {offset}: {detail}");
    }

    /// <summary>Says that nothing waits in the journal.</summary>
    /// <param name="sequence">The number of the next transaction.</param>
    public static void SetEmpty(Span<byte> bytes, uint sequence)
    {
        bytes = bytes[..Size];
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Field.Sequence..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[Field.Start..], 0);
        if (new JournalSuperblock(bytes).HasBlockChecksums)
            BinaryPrimitives.WriteUInt32BigEndian(bytes[Field.Checksum..], ComputeChecksum(bytes));
    }

    private static uint ComputeChecksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc32C.AppendZeros(Crc32C.Append(Crc32C.Start, bytes[..Field.Checksum]), sizeof(uint));
        return Crc32C.Append(crc, bytes[(Field.Checksum + sizeof(uint))..]);
    }

    private void CheckChecksum(Func<string, string, CorruptImageException> corrupt)
    {
        bool isBoth = (Features & (JournalFeatures.Checksum2 | JournalFeatures.Checksum3)) == (
            JournalFeatures.Checksum2 | JournalFeatures.Checksum3);
        if (isBoth || HasTransactionChecksums)
            throw corrupt("EXT4-094", $"features 0x{(uint)Features:x} name more than one kind of checksum, one allowed");
        byte type = _bytes[Field.ChecksumType];
        if (type != ChecksumTypeCrc32C)
            throw corrupt("EXT4-094", $"checksum type is {type}, {ChecksumTypeCrc32C} (crc32c) needed");
        uint stored = U32(Field.Checksum);
        uint computed = ComputeChecksum(_bytes);
        if (stored != computed)
            throw corrupt("EXT4-095", $"checksum is 0x{stored:x8}, its bytes sum up to 0x{computed:x8}");
    }

    private uint U32(int field) => BinaryPrimitives.ReadUInt32BigEndian(_bytes[field..]);

    private static class Field
    {
        public const int Magic = 0x00;
        public const int Type = 0x04;
        public const int BlockSize = 0x0C;
        public const int BlockCount = 0x10;
        public const int First = 0x14;
        public const int Sequence = 0x18;
        public const int Start = 0x1C;
        public const int Error = 0x20;
        public const int Compatible = 0x24;
        public const int Incompatible = 0x28;
        public const int Uuid = 0x30;
        public const int ChecksumType = 0x50;
        public const int FastCommitBlocks = 0x54;
        public const int Checksum = 0xFC;
    }
}
