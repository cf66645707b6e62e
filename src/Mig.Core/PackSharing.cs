namespace Mig.Core;

/// <summary>How packs of another store on this machine are taken over as they are.</summary>
public enum PackSharing
{
    /// <summary>Not at all: every object is sent, and verified as it comes.</summary>
    None,

    /// <summary>As files of their own: every frame is read, compared with its checksum, and written.</summary>
    CheckedCopies,

    /// <summary>As files of their own, unread, whose blocks the file system may share until one of them changes.</summary>
    Copies,

    /// <summary>As <see cref="Copies"/> where blocks can be shared, else as second names of the same files, else as copies.</summary>
    Links,
}
