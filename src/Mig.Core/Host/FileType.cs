namespace Mig.Core.Host;

/// <summary>What stands at a path of the host.</summary>
public enum FileType
{
    Missing,
    Regular,
    Directory,
    SymbolicLink,
    BlockDevice,
    CharacterDevice,
    Fifo,
    Socket,
    Other,
}
