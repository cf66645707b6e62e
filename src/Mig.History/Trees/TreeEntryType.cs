namespace Mig.History.Trees;

/// <summary>What a tree entry is. The values are part of the format (docs/format.md, "Trees").</summary>
public enum TreeEntryType
{
    File = 0,
    Directory = 1,
    SymbolicLink = 2,
    CharacterDevice = 3,
    BlockDevice = 4,
    Fifo = 5,
    Socket = 6,

    /// <summary>A further name of a file that has its entry under another path.</summary>
    HardLink = 7,
}
