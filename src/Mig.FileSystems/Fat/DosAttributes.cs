namespace Mig.FileSystems.Fat;

/// <summary>The attribute byte of a directory entry.</summary>
[Flags]
internal enum DosAttributes : byte
{
    None = 0,
    ReadOnly = 0x01,
    Hidden = 0x02,
    System = 0x04,
    VolumeLabel = 0x08,
    Directory = 0x10,
    Archive = 0x20,

    /// <summary>A part of a long name.</summary>
    LongName = 0x0F,

    /// <summary>All bits that are defined.</summary>
    Known = 0x3F,
}
