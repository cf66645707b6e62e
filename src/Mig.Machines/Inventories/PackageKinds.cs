namespace Mig.Machines.Inventories;

/// <summary>The kinds of packages: what commands and results call them, and who keeps record of them.</summary>
public static class PackageKinds
{
    private static readonly string[] Names = ["dpkg", "rpm", "apk", "pacman", "python", "node", "ruby", "java", "go", "rust", "windows"];

    public static string NameOf(PackageKind kind) => Names[(int)kind];

    /// <returns>Null when there is no such kind.</returns>
    public static PackageKind? Parse(string name) => Array.IndexOf(Names, name) is >= 0 and int kind ? (PackageKind)kind : null;

    /// <summary>Whether the operating system itself keeps record of such packages, not a language.</summary>
    public static bool IsSystem(PackageKind kind) => kind is <= PackageKind.Pacman or PackageKind.Windows;
}
