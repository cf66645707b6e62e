namespace Mig.FileSystems.Ext;

/// <summary>What a block of the log is, when it is not a copy of a block of the file system.</summary>
internal enum JournalBlockType : uint
{
    Descriptor = 1,
    Commit = 2,
    Revoke = 5,
}
