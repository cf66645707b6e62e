using System.Buffers.Binary;
using System.Numerics;
using Mig.Core;

namespace Mig.FileSystems.Ext;

// Layout: kernel Documentation/filesystems/ext4, "Super Block". All integers little-endian.
internal readonly ref struct Superblock
{
    public const int Size = 1024;

    /// <summary>Where it stands on the volume, whatever the block size.</summary>
    public const int Offset = 1024;

    public const ushort StateClean = 1;
    public const ushort StateErrors = 2;

    private const ushort Magic = 0xEF53;
    private const uint MaxLogBlockSize = 6; // 64 KiB, the largest block size that ext4 allows.
    private const uint MaxLogClusterSize = 20; // 1 GiB, the largest that the kernel allows.
    private const int ChecksumTypeCrc32C = 1;
    private const int GoodOldInodeSize = 128;
    private const int GoodOldFirstInode = 11;
    private const int MaxDescriptorSize = 1024;

    private readonly ReadOnlySpan<byte> _bytes;

    private Superblock(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public uint InodeCount => U32(Field.InodeCount);

    public long BlockCount => U32(Field.BlockCountLow) | (Is64Bit ? (long)U32(Field.BlockCountHigh) << 32 : 0);

    public uint FirstDataBlock => U32(Field.FirstDataBlock);

    public int BlockSize => 1024 << (int)U32(Field.LogBlockSize);

    public long ClusterSize => HasReadOnly(ReadOnlyCompatibleFeatures.BigAlloc) ? 1024L << (int)U32(Field.LogClusterSize) : BlockSize;

    public uint BlocksPerGroup => U32(Field.BlocksPerGroup);

    public uint ClustersPerGroup => HasReadOnly(ReadOnlyCompatibleFeatures.BigAlloc) ? U32(Field.ClustersPerGroup) : BlocksPerGroup;

    public uint InodesPerGroup => U32(Field.InodesPerGroup);

    public ushort State => U16(Field.State);

    public uint Revision => U32(Field.Revision);

    public uint FirstInode => Revision == 0 ? GoodOldFirstInode : U32(Field.FirstInode);

    public int InodeSize => Revision == 0 ? GoodOldInodeSize : U16(Field.InodeSize);

    public CompatibleFeatures Compatible => (CompatibleFeatures)U32(Field.Compatible);

    public IncompatibleFeatures Incompatible => (IncompatibleFeatures)U32(Field.Incompatible);

    public ReadOnlyCompatibleFeatures ReadOnlyCompatible => (ReadOnlyCompatibleFeatures)U32(Field.ReadOnlyCompatible);

    public ReadOnlySpan<byte> Uuid => _bytes.Slice(Field.Uuid, 16);

    public ReadOnlySpan<byte> Label => _bytes.Slice(Field.Label, 16);

    public int ReservedDescriptorBlocks => U16(Field.ReservedDescriptorBlocks);

    public uint JournalInode => U32(Field.JournalInode);

    public int DescriptorSize => Is64Bit ? U16(Field.DescriptorSize) : 32;

    public uint FirstMetaGroup => U32(Field.FirstMetaGroup);

    public long MultiMountBlock => (long)BinaryPrimitives.ReadUInt64LittleEndian(_bytes[Field.MultiMountBlock..]);

    public uint UserQuotaInode => U32(Field.UserQuotaInode);

    public uint GroupQuotaInode => U32(Field.GroupQuotaInode);

    public uint BackupGroup0 => U32(Field.BackupGroup0);

    public uint BackupGroup1 => U32(Field.BackupGroup1);

    public uint ProjectQuotaInode => U32(Field.ProjectQuotaInode);

    public uint OrphanFileInode => U32(Field.OrphanFileInode);

    /// <summary>What every checksum of the file system's metadata starts from.</summary>
    public uint ChecksumSeed => (Incompatible & IncompatibleFeatures.ChecksumSeed) != 0 ? U32(Field.ChecksumSeed)
        : Crc32C.Append(Crc32C.Start, Uuid);

    private bool Is64Bit => (Incompatible & IncompatibleFeatures.SixtyFourBit) != 0;

    /// <summary>Tells whether bytes look like a superblock at all.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[Field.Magic..]) == Magic;

    /// <param name="bytes">1024 bytes with the right magic number.</param>
    /// <exception cref="CorruptImageException">A field that later code relies on is out of range.</exception>
    /// <exception cref="UnsupportedFeatureException">The file system has a feature that is not known.</exception>
    public static Superblock Parse(ReadOnlySpan<byte> bytes)
    {
        var superblock = new Superblock(bytes[..Size]);
        superblock.CheckFeatures();
        superblock.CheckChecksum();
        superblock.CheckSizes();
        superblock.CheckGroups();
        return superblock;
    }

    /// <summary>
    /// Returns what is wrong with the sizes that new inodes should have. The kernel does not mount such a volume; what is there can be read
    /// all the same.
    /// </summary>
    public CorruptImageException? FindWrongExtraSize()
    {
        int room = InodeSize - GoodOldInodeSize;
        int wanted = Math.Max(U16(Field.MinExtraSize), U16(Field.WantedExtraSize));
        return room > 0 && HasReadOnly(ReadOnlyCompatibleFeatures.ExtraInodeSize) && wanted > room
            ? Corrupt("EXT4-019", $"extra size of new inodes is {wanted}, at most {room} allowed")
            : null;
    }

    public bool HasReadOnly(ReadOnlyCompatibleFeatures features) => (ReadOnlyCompatible & features) != 0;

    private static CorruptImageException Corrupt(string code, string detail) => ExtError.Corrupt(code, $"superblock at {Offset}: {detail}");

    private void CheckFeatures()
    {
        if (Revision > 1)
            throw new UnsupportedFeatureException($"ext revision {Revision}", "revisions 0 and 1 can be read");
        uint unknown = (uint)(Incompatible & ~IncompatibleFeatures.Known);
        if (unknown == 0)
            return;
        var feature = (IncompatibleFeatures)(1u << BitOperations.TrailingZeroCount(unknown));
        string name = feature switch
        {
            IncompatibleFeatures.Compression => "compression",
            IncompatibleFeatures.JournalDevice => "journal_dev",
            IncompatibleFeatures.DirectoryData => "dirdata",
            _ => $"incompatible feature 0x{(uint)feature:x}",
        };
        throw new UnsupportedFeatureException(
            $"ext4 {name}", $"superblock at {Offset}: incompatible features are 0x{(uint)Incompatible:x}");
    }

    private void CheckChecksum()
    {
        if (!HasReadOnly(ReadOnlyCompatibleFeatures.MetadataChecksums))
            return;
        byte type = _bytes[Field.ChecksumType];
        if (type != ChecksumTypeCrc32C)
            throw Corrupt("EXT4-002", $"checksum type is {type}, only {ChecksumTypeCrc32C} (crc32c) is defined");
        uint stored = U32(Field.Checksum);
        uint computed = Crc32C.Append(Crc32C.Start, _bytes[..Field.Checksum]);
        if (stored != computed)
            throw Corrupt("EXT4-001", $"checksum is 0x{stored:x8}, its bytes sum up to 0x{computed:x8}");
    }

    private void CheckSizes()
    {
        uint logBlockSize = U32(Field.LogBlockSize);
        if (logBlockSize > MaxLogBlockSize)
            throw Corrupt("EXT4-003", $"log block size is {logBlockSize}, at most {MaxLogBlockSize} allowed");
        uint logClusterSize = U32(Field.LogClusterSize);
        if (HasReadOnly(ReadOnlyCompatibleFeatures.BigAlloc) && (logClusterSize < logBlockSize || logClusterSize > MaxLogClusterSize))
            throw Corrupt("EXT4-004", $"log cluster size is {logClusterSize}, {logBlockSize} to {MaxLogClusterSize} allowed");
        if (!BitOperations.IsPow2(InodeSize) || InodeSize < GoodOldInodeSize || InodeSize > BlockSize)
            throw Corrupt(
                "EXT4-007", $"inode size is {InodeSize}, a power of two from {GoodOldInodeSize} to the block size {BlockSize} allowed");
        if (Is64Bit && (!BitOperations.IsPow2(DescriptorSize) || DescriptorSize < 64 || DescriptorSize > MaxDescriptorSize))
            throw Corrupt("EXT4-008", $"group descriptor size is {DescriptorSize}, a power of two from 64 to {MaxDescriptorSize} allowed");
        if (FirstInode < GoodOldFirstInode)
            throw Corrupt("EXT4-014", $"first inode that is not reserved is {FirstInode}, at least {GoodOldFirstInode} needed");
    }

    private void CheckGroups()
    {
        uint bitsPerBlock = (uint)BlockSize * 8;
        if (ClustersPerGroup == 0 || ClustersPerGroup > bitsPerBlock)
            throw Corrupt("EXT4-005", $"clusters per group is {ClustersPerGroup}, 1 to {bitsPerBlock} allowed");
        long expectedBlocksPerGroup = ClustersPerGroup * (ClusterSize / BlockSize);
        if (BlocksPerGroup != expectedBlocksPerGroup)
            throw Corrupt("EXT4-005", $"blocks per group is {BlocksPerGroup}, {expectedBlocksPerGroup} needed for its clusters");
        if (InodesPerGroup == 0 || InodesPerGroup > bitsPerBlock)
            throw Corrupt("EXT4-006", $"inodes per group is {InodesPerGroup}, 1 to {bitsPerBlock} allowed");

        // Block 0 holds the boot sector where blocks are so small that the superblock is block 1; bigalloc counts from 0 all the same.
        uint maxFirst = BlockSize == 1024 ? 1u : 0u;
        uint minFirst = ClusterSize == BlockSize ? maxFirst : 0u;
        if (FirstDataBlock < minFirst || FirstDataBlock > maxFirst)
            throw Corrupt("EXT4-009", $"first data block is {FirstDataBlock}, {minFirst} to {maxFirst} allowed");
        long minCount = Math.Max(FirstDataBlock + 1L, (Offset + Size) / BlockSize); // the superblock is in them
        if (BlockCount < minCount || BlockCount > long.MaxValue / BlockSize)
            throw Corrupt("EXT4-010", $"block count is {BlockCount}, {minCount} to {long.MaxValue / BlockSize} allowed");
        long groupCount = ((BlockCount - FirstDataBlock - 1) / BlocksPerGroup) + 1;
        if (groupCount > int.MaxValue || groupCount * InodesPerGroup != InodeCount)
            throw Corrupt("EXT4-012", $"inode count is {InodeCount}, {groupCount} groups of {InodesPerGroup} inodes needed");
        long descriptorBlocks = (groupCount + (BlockSize / DescriptorSize) - 1) / (BlockSize / DescriptorSize);
        if ((Incompatible & IncompatibleFeatures.MetaBlockGroups) != 0 && FirstMetaGroup > descriptorBlocks)
            throw Corrupt("EXT4-018", $"first meta block group is {FirstMetaGroup}, at most {descriptorBlocks} allowed");
        if (ReservedDescriptorBlocks > BlockSize / 4)
            throw Corrupt("EXT4-015", $"reserved descriptor blocks are {ReservedDescriptorBlocks}, at most {BlockSize / 4} allowed");
    }

    private ushort U16(int field) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[field..]);

    private uint U32(int field) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[field..]);

    private static class Field
    {
        public const int InodeCount = 0x00;
        public const int BlockCountLow = 0x04;
        public const int FirstDataBlock = 0x14;
        public const int LogBlockSize = 0x18;
        public const int LogClusterSize = 0x1C;
        public const int BlocksPerGroup = 0x20;
        public const int ClustersPerGroup = 0x24;
        public const int InodesPerGroup = 0x28;
        public const int Magic = 0x38;
        public const int State = 0x3A;
        public const int Revision = 0x4C;
        public const int FirstInode = 0x54;
        public const int InodeSize = 0x58;
        public const int Compatible = 0x5C;
        public const int Incompatible = 0x60;
        public const int ReadOnlyCompatible = 0x64;
        public const int Uuid = 0x68;
        public const int Label = 0x78;
        public const int ReservedDescriptorBlocks = 0xCE;
        public const int JournalInode = 0xE0;
        public const int DescriptorSize = 0xFE;
        public const int FirstMetaGroup = 0x104;
        public const int BlockCountHigh = 0x150;
        public const int MinExtraSize = 0x15C;
        public const int WantedExtraSize = 0x15E;
        public const int MultiMountBlock = 0x168;
        public const int ChecksumType = 0x175;
        public const int UserQuotaInode = 0x240;
        public const int GroupQuotaInode = 0x244;
        public const int BackupGroup0 = 0x24C;
        public const int BackupGroup1 = 0x250;
        public const int ProjectQuotaInode = 0x26C;
        public const int ChecksumSeed = 0x270;
        public const int OrphanFileInode = 0x280;
        public const int Checksum = 0x3FC;
    }
}
