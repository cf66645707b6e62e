using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Versions;

namespace Mig.Versions.Compare;

/// <summary>A package that differs.</summary>
/// <param name="Before">The version that was installed; null when none was.</param>
/// <param name="After">The version that is installed.</param>
public sealed record PackageChange(PackageKind Kind, string Name, string Architecture, string? Before, string? After)
{
    /// <summary>Whether the later version is the older one, by the rules of its kind.</summary>
    public bool IsDowngrade => Before is not null && After is not null && VersionOrder.Compare(Kind, Before, After) > 0;
}
