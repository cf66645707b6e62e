namespace Mig.FileSystems.Ext;

/// <summary>Features that a reader or writer may ignore.</summary>
[Flags]
internal enum CompatibleFeatures : uint
{
    None = 0,
    HasJournal = 0x4,
    ExtendedAttributes = 0x8,
    ResizeInode = 0x10,
    DirectoryIndex = 0x20,
    SparseSuper2 = 0x200,
    FastCommit = 0x400,
    OrphanFile = 0x1000,
}
