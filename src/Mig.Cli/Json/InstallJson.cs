using Mig.Edits.Packages;
using Mig.Images.Running;

namespace Mig.Cli.Json;

/// <summary>What became of packages.</summary>
/// <param name="Id">Null when nothing was committed.</param>
/// <param name="IsRun">Whether the package manager of the image did it.</param>
internal sealed record InstallJson(string? Id, string? Branch, bool IsDryRun, bool IsRun, IReadOnlyList<PlannedPackageJson> Packages)
{
    public static InstallJson Of(InstallResult result, bool isDryRun) => new(result.Edit?.Id?.ToString(), result.Edit?.Branch?.ShortName,
        isDryRun, false, [.. result.Packages.Select(PlannedPackageJson.Of)]);

    public static InstallJson Of(IReadOnlyList<PlannedPackage> packages, RunResult result) => new(result.Commit?.Id?.ToString(),
        result.Commit?.Branch?.ShortName, false, true, [.. packages.Select(PlannedPackageJson.Of)]);
}
