namespace Mig.FileSystems.Ext;

/// <summary>Features that only a writer must know.</summary>
[Flags]
internal enum ReadOnlyCompatibleFeatures : uint
{
    None = 0,
    SparseSuper = 0x1,
    LargeFile = 0x2,
    BTreeDirectory = 0x4,
    HugeFile = 0x8,
    GroupChecksums = 0x10,
    DirectoryLinkCount = 0x20,
    ExtraInodeSize = 0x40,
    HasSnapshot = 0x80,
    Quota = 0x100,
    BigAlloc = 0x200,
    MetadataChecksums = 0x400,
    Replica = 0x800,
    ReadOnly = 0x1000,
    Project = 0x2000,
    SharedBlocks = 0x4000,
    Verity = 0x8000,
    OrphanPresent = 0x10000,

    /// <summary>All that have a name.</summary>
    Known = 0x1FFFF,
}
