namespace Mig.FileSystems;

/// <summary>Why a change was not made; beside each, what the kernel would return.</summary>
public enum RefusalReason
{
    /// <summary>The name is taken (EEXIST).</summary>
    NameTaken,

    /// <summary>The directory is not empty (ENOTEMPTY).</summary>
    NotEmpty,

    /// <summary>A directory is needed here (ENOTDIR).</summary>
    NotADirectory,

    /// <summary>It is a directory, where none may be (EISDIR).</summary>
    IsADirectory,

    /// <summary>It is not a regular file, where one is needed (EINVAL).</summary>
    NotAFile,

    /// <summary>There are not enough free blocks for all of it (ENOSPC).</summary>
    NoSpace,

    /// <summary>There is no free inode (ENOSPC).</summary>
    NoInodes,

    /// <summary>The extended attributes do not fit (ENOSPC).</summary>
    NoAttributeSpace,

    /// <summary>The directory's index cannot grow any more (ENOSPC).</summary>
    DirectoryFull,

    /// <summary>The node has as many names as it can have (EMLINK).</summary>
    TooManyLinks,

    /// <summary>
    /// A name or the target of a symbolic link is longer than the format allows, or empty, or has bytes that no name may have
    /// (ENAMETOOLONG, EINVAL).
    /// </summary>
    BadName,

    /// <summary>The file would be longer than the format allows (EFBIG).</summary>
    TooLarge,

    /// <summary>It is immutable, or append-only and this is more than appending, or protected by fs-verity (EPERM).</summary>
    Protected,

    /// <summary>A directory cannot be moved into itself, and the root cannot be moved or removed (EINVAL, EBUSY).</summary>
    BadMove,

    /// <summary>The path leads over more symbolic links than are followed (ELOOP).</summary>
    TooManyLevels,

    /// <summary>An extended attribute's name or value breaks its form (EINVAL, EOPNOTSUPP).</summary>
    BadAttribute,

    /// <summary>The format has no place for it: an owner, a mode, a link, a device, a time (EPERM, EOPNOTSUPP).</summary>
    NotInFormat,

    /// <summary>The volume is in use by a machine, or its state must be repaired first.</summary>
    InUse,

    /// <summary>Not all of the volume can be read, so that a change could make more of it unreadable (EUCLEAN).</summary>
    Damaged,

    /// <summary>Something that is in use is said to be free, so that a change could overwrite it (EUCLEAN).</summary>
    FreeSpaceInUse,
}
