namespace Mig.History.Merging;

/// <summary>Why a path cannot be merged.</summary>
public enum MergeConflictKind
{
    /// <summary>Both sides changed the content, in ways that do not fit together.</summary>
    Content,

    /// <summary>Both sides changed mode, owner, attributes, the target of a link or the numbers of a device.</summary>
    Metadata,

    /// <summary>One side removed what the other one changed.</summary>
    ModifyDelete,

    /// <summary>Both sides added something else under the same name.</summary>
    AddAdd,

    /// <summary>The two sides have things of different types there.</summary>
    Type,

    /// <summary>One side has a directory where the other one has none; all below it is part of the conflict.</summary>
    DirectoryFile,

    /// <summary>Both sides renamed a file, each to another name.</summary>
    RenameRename,

    /// <summary>One side renamed a file, the other one removed it.</summary>
    RenameDelete,

    /// <summary>A hard link whose file the other side removed.</summary>
    HardLink,

    /// <summary>Packages that both sides changed, which one side must have as a whole.</summary>
    Package,

    /// <summary>Something outside of files: a partition table, boot code, a volume that cannot be looked into or written.</summary>
    Disk,
}
