using Mig.Edits.Packages;

namespace Mig.Cli.Json;

/// <summary>How a package comes into an image.</summary>
/// <param name="Route"><c>native</c>, <c>rewritten</c> or <c>run</c>.</param>
internal sealed record PlannedPackageJson(string Name, string Version, string Architecture, string Route, IReadOnlyList<string> Reasons)
{
    public static PlannedPackageJson Of(PlannedPackage package) => new(package.Name, package.Version, package.Architecture,
        package.Route switch { InstallRoute.Native => "native", InstallRoute.Rewritten => "rewritten", _ => "run" }, package.Reasons);
}
