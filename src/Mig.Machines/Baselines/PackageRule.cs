using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Versions;

namespace Mig.Machines.Baselines;

/// <summary>A package that must be there, must not be there, or must not be old.</summary>
/// <param name="Kind">What installs it; null for any package manager of an operating system.</param>
/// <param name="Name">As its package manager calls it.</param>
/// <param name="Version">The oldest that will do, by the order of its package manager; null for any.</param>
/// <param name="IsAbsent">Whether it must not be there.</param>
/// <param name="IsOptional">Whether it may be missing.</param>
internal sealed record PackageRule(int Line, string Text, PackageKind? Kind, string Name, string? Version, bool IsAbsent, bool IsOptional)
    : BaselineRule(Line, Text)
{
    /// <summary>Whether packages of languages count when no kind is named.</summary>
    public bool TakesLanguages { get; init; }

    public bool Names(InstalledPackage package) => package.Name == Name
        && (Kind is { } kind ? package.Kind == kind : TakesLanguages || PackageKinds.IsSystem(package.Kind));

    internal override RuleAnswer Judge(RuleSubject machine)
    {
        InstalledPackage[] found = [.. machine.Inventory.Packages.Where(Names)];
        if (IsAbsent)
            return RuleAnswer.OfAbsence(
                [.. found.Select(package => new RuleFinding("forbidden", package.Name, "", package.Version))], machine.Gap);
        if (found.Length == 0)
            return machine.Gap is { } gap ? RuleAnswer.Unknown(gap)
                : IsOptional ? RuleAnswer.Kept : RuleAnswer.Broken(new RuleFinding("required", Name, Version ?? "", ""));
        RuleFinding[] old = Version is null ? [] : [.. found
            .Where(package => VersionOrder.Compare(package.Kind, package.Version, Version) < 0)
            .Select(package => new RuleFinding("minimum", Name, Version, package.Version))];
        return old.Length > 0 ? RuleAnswer.Broken(old) : RuleAnswer.Kept;
    }
}
