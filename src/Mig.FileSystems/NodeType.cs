namespace Mig.FileSystems;

/// <summary>The kinds of node that a POSIX file system has.</summary>
public enum NodeType
{
    File,
    Directory,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Fifo,
    Socket,
}
