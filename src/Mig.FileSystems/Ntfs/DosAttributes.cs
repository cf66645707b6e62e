namespace Mig.FileSystems.Ntfs;

/// <summary>The attributes of a file that this reader looks at; all others are passed on as they are.</summary>
[Flags]
internal enum DosAttributes : uint
{
    None = 0,
    System = 0x4,
    Directory = 0x10,
    Normal = 0x80,
}
