namespace Mig.Machines.Inventories.Versions;

/// <summary>Orders versions by the rules of what installs the package.</summary>
public static class VersionOrder
{
    /// <returns>Less than zero when <paramref name="left"/> is older, zero when both are the same, more when it is newer.</returns>
    public static int Compare(PackageKind kind, string left, string right) => kind switch
    {
        PackageKind.Dpkg => DebianVersion.Compare(left, right),
        PackageKind.Rpm => RpmVersion.Compare(left, right),
        PackageKind.Apk => ApkVersion.Compare(left, right),
        PackageKind.Pacman => PacmanVersion.Compare(left, right),
        PackageKind.Windows => RpmVersion.Compare(left, right),
        PackageKind.Python => PythonVersion.Compare(left, right),
        PackageKind.Ruby => RubyVersion.Compare(left, right),
        PackageKind.Java => MavenVersion.Compare(left, right),
        _ => SemanticVersion.Compare(left, right),
    };
}
