namespace Mig.FileSystems.Ext;

/// <summary>The flags of an inode, <c>FS_*_FL</c> of the kernel.</summary>
[Flags]
internal enum InodeFlags : uint
{
    None = 0,
    SecureDeletion = 0x1,
    Undeletable = 0x2,
    Compressed = 0x4,
    Synchronous = 0x8,
    Immutable = 0x10,
    AppendOnly = 0x20,
    NoDump = 0x40,
    NoAccessTime = 0x80,
    Encrypted = 0x800,
    Indexed = 0x1000,
    JournalData = 0x4000,
    NoTailMerging = 0x8000,
    SynchronousDirectory = 0x10000,
    TopDirectory = 0x20000,
    HugeFile = 0x40000,
    Extents = 0x80000,
    Verity = 0x100000,
    AttributeValue = 0x200000,
    NoCopyOnWrite = 0x800000,
    DirectAccess = 0x2000000,
    InlineData = 0x10000000,
    ProjectInherited = 0x20000000,
    CaseFolded = 0x40000000,

    /// <summary>Those that a user sets and sees, as <c>lsattr</c> shows them; the others are the format's own business.</summary>
    User = SecureDeletion | Undeletable | Compressed | Synchronous | Immutable | AppendOnly | NoDump | NoAccessTime | Encrypted
        | JournalData | NoTailMerging
        | SynchronousDirectory | TopDirectory | Verity | NoCopyOnWrite | DirectAccess | ProjectInherited | CaseFolded,
}
