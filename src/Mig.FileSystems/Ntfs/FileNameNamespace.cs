namespace Mig.FileSystems.Ntfs;

/// <summary>Which rules a name follows.</summary>
internal enum FileNameNamespace : byte
{
    Posix = 0,
    Win32 = 1,

    /// <summary>The 8.3 name that belongs to a Win32 name; it is no name of its own.</summary>
    Dos = 2,

    /// <summary>A Win32 name that is an 8.3 name too.</summary>
    Win32AndDos = 3,
}
