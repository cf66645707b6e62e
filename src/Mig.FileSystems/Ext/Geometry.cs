namespace Mig.FileSystems.Ext;

/// <summary>What the superblock says, checked: sizes, counts and features.</summary>
internal sealed record Geometry
{
    public const int RootInode = 2;

    /// <summary>Holds the blocks that are kept for more descriptors.</summary>
    public const int ResizeInode = 7;

    /// <param name="availableBlocks">How many blocks the volume has.</param>
    public Geometry(Superblock superblock, long availableBlocks = long.MaxValue)
    {
        BlockSize = superblock.BlockSize;
        BlockCount = superblock.BlockCount;
        ReadableBlocks = Math.Min(BlockCount, availableBlocks);
        FirstDataBlock = superblock.FirstDataBlock;
        BlocksPerCluster = superblock.ClusterSize / BlockSize;
        BlocksPerGroup = superblock.BlocksPerGroup;
        ClustersPerGroup = (int)superblock.ClustersPerGroup;
        GroupCount = (int)(((BlockCount - FirstDataBlock - 1) / BlocksPerGroup) + 1);
        InodeSize = superblock.InodeSize;
        InodeCount = superblock.InodeCount;
        InodesPerGroup = superblock.InodesPerGroup;
        FirstInode = superblock.FirstInode;
        HiddenInodes = [superblock.UserQuotaInode, superblock.GroupQuotaInode, superblock.ProjectQuotaInode, superblock.OrphanFileInode];
        OrphanFileInode = superblock.OrphanFileInode;
        DescriptorSize = superblock.DescriptorSize;
        ReservedDescriptorBlocks = superblock.ReservedDescriptorBlocks;
        FirstMetaGroup = superblock.FirstMetaGroup;
        BackupGroups = [superblock.BackupGroup0, superblock.BackupGroup1];
        JournalInode = superblock.JournalInode;
        MultiMountBlock = superblock.MultiMountBlock;
        Compatible = superblock.Compatible;
        Incompatible = superblock.Incompatible;
        ReadOnlyCompatible = superblock.ReadOnlyCompatible;
        State = superblock.State;
        Uuid = superblock.Uuid.ToArray();
        Label = superblock.Label.ToArray();
        ChecksumSeed = superblock.ChecksumSeed;
        HasChecksums = superblock.HasReadOnly(ReadOnlyCompatibleFeatures.MetadataChecksums);
    }

    public int BlockSize { get; }

    public long BlockCount { get; }

    /// <summary>How many of its blocks are there: less than all where the volume was cut short.</summary>
    public long ReadableBlocks { get; }

    /// <summary>Bytes that the file system covers and that are there, from the start of the volume.</summary>
    public long Length => ReadableBlocks * BlockSize;

    public long FirstDataBlock { get; }

    /// <summary>1 without <c>bigalloc</c>.</summary>
    public long BlocksPerCluster { get; }

    public long BlocksPerGroup { get; }

    public int ClustersPerGroup { get; }

    public int GroupCount { get; }

    public int InodeSize { get; }

    public long InodeCount { get; }

    public long InodesPerGroup { get; }

    /// <summary>The first inode that a directory may name, apart from the root.</summary>
    public long FirstInode { get; }

    /// <summary>Quota files and the orphan file: inodes without names.</summary>
    public IReadOnlyList<uint> HiddenInodes { get; }

    public uint OrphanFileInode { get; }

    public int DescriptorSize { get; }

    public int DescriptorsPerBlock => BlockSize / DescriptorSize;

    public int ReservedDescriptorBlocks { get; }

    public long FirstMetaGroup { get; }

    /// <summary>The groups with copies of the superblock under <c>sparse_super2</c>; 0 for none.</summary>
    public IReadOnlyList<uint> BackupGroups { get; }

    public uint JournalInode { get; }

    public long MultiMountBlock { get; }

    public CompatibleFeatures Compatible { get; }

    public IncompatibleFeatures Incompatible { get; }

    public ReadOnlyCompatibleFeatures ReadOnlyCompatible { get; }

    public ushort State { get; }

    public ReadOnlyMemory<byte> Uuid { get; }

    public ReadOnlyMemory<byte> Label { get; }

    public uint ChecksumSeed { get; }

    /// <summary>Whether <c>metadata_csum</c> is on.</summary>
    public bool HasChecksums { get; }

    public bool Has(CompatibleFeatures feature) => (Compatible & feature) != 0;

    public bool Has(IncompatibleFeatures feature) => (Incompatible & feature) != 0;

    public bool Has(ReadOnlyCompatibleFeatures feature) => (ReadOnlyCompatible & feature) != 0;

    /// <summary>Tells whether so many blocks are there, behind the superblock.</summary>
    public bool Contains(long block, long count) => block > FirstDataBlock && block <= ReadableBlocks - count;

    public long FirstBlockOfGroup(long group) => FirstDataBlock + (group * BlocksPerGroup);

    /// <summary>Tells whether a group begins with a copy of the superblock.</summary>
    public bool HasSuperblock(long group)
    {
        if (group == 0)
            return true;
        if (Has(CompatibleFeatures.SparseSuper2))
            return group == BackupGroups[0] || group == BackupGroups[1];
        if (group == 1 || !Has(ReadOnlyCompatibleFeatures.SparseSuper))
            return true;
        return IsPower(group, 3) || IsPower(group, 5) || IsPower(group, 7);
    }

    private static bool IsPower(long number, int radix)
    {
        while (number % radix == 0)
            number /= radix;
        return number == 1;
    }
}
