namespace Mig.Machines.Coverage;

/// <summary>What it is that an answer does not rest on.</summary>
public enum UnseenKind
{
    /// <summary>A volume that mig cannot read.</summary>
    Volume,

    /// <summary>Damaged files and directories on a volume that was looked into.</summary>
    Damage,

    /// <summary>Swap space.</summary>
    Swap,

    /// <summary>A partition that holds a boot loader or checksums, and no files.</summary>
    Boot,

    /// <summary>Something that the machine mounts and the image does not have.</summary>
    Mount,

    /// <summary>Files that the machine mounts nowhere.</summary>
    Unmounted,

    /// <summary>An operating system: there is none, or another one beside the one that was looked at.</summary>
    System,

    /// <summary>Software that a machine keeps apart from its packages, such as snaps and containers.</summary>
    Bundle,

    /// <summary>A file or database that could not be read.</summary>
    Record,

    /// <summary>All of a version, which is damaged.</summary>
    Version,
}
