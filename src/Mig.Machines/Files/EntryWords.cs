using Mig.History.Trees;

namespace Mig.Machines.Files;

/// <summary>Entries of directories, in words.</summary>
public static class EntryWords
{
    /// <summary>What an entry is, in words.</summary>
    public static string Describe(TreeEntryType type) => type switch
    {
        TreeEntryType.File or TreeEntryType.HardLink => "regular file",
        TreeEntryType.Directory => "directory",
        TreeEntryType.SymbolicLink => "symbolic link",
        TreeEntryType.CharacterDevice => "character device",
        TreeEntryType.BlockDevice => "block device",
        TreeEntryType.Fifo => "FIFO",
        _ => "socket",
    };
}
