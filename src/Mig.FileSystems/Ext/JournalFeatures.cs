namespace Mig.FileSystems.Ext;

/// <summary>Features of a journal that its reader must know.</summary>
[Flags]
internal enum JournalFeatures : uint
{
    None = 0,
    Revoke = 0x1,
    SixtyFourBit = 0x2,
    AsyncCommit = 0x4,
    Checksum2 = 0x8,
    Checksum3 = 0x10,
    FastCommit = 0x20,

    /// <summary>All that this reader knows.</summary>
    Known = 0x3F,
}
