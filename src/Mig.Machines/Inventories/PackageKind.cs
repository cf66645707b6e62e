namespace Mig.Machines.Inventories;

/// <summary>
/// What installs a package, and so where it is recorded and how its versions are ordered. The values are part of the cached form.
/// </summary>
public enum PackageKind
{
    /// <summary>Debian and its relatives.</summary>
    Dpkg = 0,

    /// <summary>Red Hat, SUSE and their relatives.</summary>
    Rpm = 1,

    /// <summary>Alpine.</summary>
    Apk = 2,

    /// <summary>Arch.</summary>
    Pacman = 3,

    /// <summary>A distribution of Python, by its metadata.</summary>
    Python = 4,

    /// <summary>A package of npm.</summary>
    Node = 5,

    /// <summary>A gem.</summary>
    Ruby = 6,

    /// <summary>An archive of Java.</summary>
    Java = 7,

    /// <summary>A module that a Go program was built from.</summary>
    Go = 8,

    /// <summary>A crate that a Rust program was built from.</summary>
    Rust = 9,

    /// <summary>A program of Windows, by its registry.</summary>
    Windows = 10,
}
