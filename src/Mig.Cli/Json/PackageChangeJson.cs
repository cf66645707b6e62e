using Mig.Machines.Inventories;
using Mig.Versions.Compare;

namespace Mig.Cli.Json;

/// <summary>A package that differs between two versions.</summary>
internal sealed record PackageChangeJson(string Kind, string Name, string Architecture, string Change, string? Before, string? After)
{
    public static PackageChangeJson Of(PackageChange package) =>
        new(PackageKinds.NameOf(package.Kind), package.Name, package.Architecture, Word(package), package.Before, package.After);

    /// <summary>What happened to it, in one word.</summary>
    public static string Word(PackageChange package) => package switch
    {
        { Before: null } => "installed",
        { After: null } => "removed",
        { IsDowngrade: true } => "downgraded",
        _ => "upgraded",
    };
}
