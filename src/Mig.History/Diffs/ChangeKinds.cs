namespace Mig.History.Diffs;

/// <summary>In what an entry differs between two versions.</summary>
[Flags]
public enum ChangeKinds
{
    None = 0,

    /// <summary>Only the later version has it.</summary>
    Added = 1,

    /// <summary>Only the earlier version has it.</summary>
    Removed = 1 << 1,

    /// <summary>A file that stands elsewhere, with the same content.</summary>
    Renamed = 1 << 2,

    /// <summary>The bytes of a file.</summary>
    Content = 1 << 3,

    /// <summary>A file became a link, say; nothing else is compared then but what all types have.</summary>
    Type = 1 << 4,

    /// <summary>The target of a symbolic link.</summary>
    Target = 1 << 5,

    /// <summary>The numbers of a device.</summary>
    Device = 1 << 6,

    /// <summary>The permission bits.</summary>
    Mode = 1 << 7,

    /// <summary>User or group.</summary>
    Owner = 1 << 8,

    /// <summary>Extended attributes, access lists among them.</summary>
    Xattrs = 1 << 9,

    /// <summary>Attributes, as <c>chattr</c> sets them.</summary>
    Attributes = 1 << 10,

    /// <summary>The time of the last change of the content.</summary>
    Time = 1 << 11,

    /// <summary>The name shares its file with other names than before, or with none.</summary>
    HardLink = 1 << 12,

    /// <summary>What changes neither names nor contents.</summary>
    Metadata = Mode | Owner | Xattrs | Attributes | Time | HardLink,
}
