namespace Mig.Inventories;

/// <summary>What kinds of packages are called in commands and results.</summary>
public static class KindName
{
    private static readonly string[] Names = ["dpkg", "rpm", "apk", "pacman", "python", "node", "ruby", "java", "go", "rust", "windows"];

    public static string Of(PackageKind kind) => Names[(int)kind];

    /// <returns>Null when there is no such kind.</returns>
    public static PackageKind? Parse(string name) => Array.IndexOf(Names, name) is >= 0 and int kind ? (PackageKind)kind : null;
}
