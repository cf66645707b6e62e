namespace Mig.Machines.Inventories;

/// <summary>A package that a machine has.</summary>
/// <param name="Name">As its own package manager calls it.</param>
/// <param name="Version">Whole, with epoch and release where the kind has them: <c>1:2.3-4</c>.</param>
public sealed record InstalledPackage(PackageKind Kind, string Name, string Version)
{
    /// <summary>As the package manager writes it, such as <c>amd64</c> or <c>noarch</c>; empty where there is none.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>The package that it was built from; its own name where that is not said.</summary>
    public string SourceName { get; init; } = Name;

    /// <summary>The version of <see cref="SourceName"/>; its own where that is not said.</summary>
    public string SourceVersion { get; init; } = Version;

    /// <summary>The license as the package states it, in whatever form; empty where it does not.</summary>
    public string License { get; init; } = "";

    /// <summary>Who made or distributes the package, as it states it; empty where it does not.</summary>
    public string Supplier { get; init; } = "";

    /// <summary>
    /// The file that says so, from the root of the machine and without a leading slash: of packages that a file carries; empty for those of
    /// a database.
    /// </summary>
    public string Location { get; init; } = "";

    /// <summary>Whether the operating system itself keeps record of it.</summary>
    public bool IsSystem => PackageKinds.IsSystem(Kind);
}
