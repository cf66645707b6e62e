using Mig.Machines.Inventories;

namespace Mig.Machines.Audits;

/// <summary>Which packages of which systems a feed speaks of.</summary>
/// <param name="Name">In the form in which <see cref="Normalize"/> leaves it.</param>
/// <param name="SystemId">The <c>ID</c> of the operating system; empty for the packages of languages, which are the same
/// everywhere.</param>
/// <param name="SystemVersion">The beginning of its <c>VERSION_ID</c>, or its codename; empty for every version.</param>
/// <param name="IsSource">Whether <paramref name="Name"/> is that of a source package.</param>
internal sealed record PackageTarget(PackageKind Kind, string Name, string SystemId = "", string SystemVersion = "", bool IsSource = false)
{
    public bool Matches(InstalledPackage package, OsRelease? release) =>
        package.Kind == Kind && NameOf(package) == Name && (SystemId.Length == 0 || (release is not null && IsSystem(release)));

    /// <summary>The name by which a feed would look for a package.</summary>
    public string NameOf(InstalledPackage package) => Normalize(Kind, IsSource ? package.SourceName : package.Name);

    /// <summary>Makes equal what an ecosystem takes for the same name.</summary>
    public static string Normalize(PackageKind kind, string name) => kind == PackageKind.Python ? NormalizePython(name) : name;

    private bool IsSystem(OsRelease release)
    {
        bool isId = release.Id == SystemId || (SystemId == "opensuse" && release.Id.StartsWith("opensuse", StringComparison.Ordinal));
        return isId && (SystemVersion.Length == 0 || SystemVersion == release.Codename || SystemVersion == release.VersionId
            || release.VersionId.StartsWith(SystemVersion + ".", StringComparison.Ordinal));
    }

    // PEP 503: runs of hyphens, underscores and dots are one hyphen.
    private static string NormalizePython(string name) =>
        string.Join('-', name.ToLowerInvariant().Split(['-', '_', '.'], StringSplitOptions.RemoveEmptyEntries));
}
