namespace Mig.Archives;

/// <summary>What a member of an archive is.</summary>
public enum ArchiveMemberType
{
    File,
    Directory,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Fifo,
    Socket,
}
