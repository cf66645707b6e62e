namespace Mig.FileSystems.Ext;

/// <summary>Features that a reader must know.</summary>
[Flags]
internal enum IncompatibleFeatures : uint
{
    None = 0,
    Compression = 0x1,
    FileType = 0x2,
    Recover = 0x4,
    JournalDevice = 0x8,
    MetaBlockGroups = 0x10,
    Extents = 0x40,
    SixtyFourBit = 0x80,
    MultiMountProtection = 0x100,
    FlexibleBlockGroups = 0x200,
    AttributeInodes = 0x400,
    DirectoryData = 0x1000,
    ChecksumSeed = 0x2000,
    LargeDirectories = 0x4000,
    InlineData = 0x8000,
    Encryption = 0x10000,
    CaseFolding = 0x20000,

    /// <summary>All that this reader knows.</summary>
    Known = FileType | Recover | MetaBlockGroups | Extents | SixtyFourBit | MultiMountProtection | FlexibleBlockGroups | AttributeInodes
        | ChecksumSeed
        | LargeDirectories | InlineData | Encryption | CaseFolding,
}
