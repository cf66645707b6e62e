using Mig.Machines.Inventories;
using Mig.Machines.Sboms;

namespace Mig.Cli.Json;

/// <summary>An installed package.</summary>
internal sealed record PackageJson(
    string Kind,
    string Name,
    string Version,
    string? Architecture,
    string Source,
    string SourceVersion,
    string? License,
    string? Supplier,
    string? Location,
    string Purl)
{
    public static PackageJson Of(InstalledPackage package, OsRelease? release) => new(
        PackageKinds.NameOf(package.Kind),
        package.Name,
        package.Version,
        Known(package.Architecture),
        package.SourceName,
        package.SourceVersion,
        Known(package.License),
        Known(package.Supplier),
        package.Location.Length == 0 ? null : "/" + package.Location,
        PackageUrl.Of(package, release));

    private static string? Known(string text) => text.Length == 0 ? null : text;
}
