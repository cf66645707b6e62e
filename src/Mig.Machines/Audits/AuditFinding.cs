using Mig.Core;
using Mig.Machines.Inventories;

namespace Mig.Machines.Audits;

/// <summary>A vulnerability that a machine has, or had.</summary>
/// <param name="Package">The package that it is in, as the feed calls it: the source package where it speaks of those.</param>
/// <param name="Version">Its version.</param>
/// <param name="Installed">The names of the installed packages, sorted.</param>
/// <param name="FixedVersion">The first version without the vulnerability; null when there is none.</param>
public sealed record AuditFinding(
    Vulnerability Vulnerability, PackageKind Kind, string Package, string Version, IReadOnlyList<string> Installed, string? FixedVersion)
{
    /// <summary>The oldest commit from which on the branch has had it; null when that was not asked for.</summary>
    public CommitId? Since { get; init; }

    /// <summary>The commit in which the branch lost it; null while it has it.</summary>
    public CommitId? FixedIn { get; init; }

    /// <summary>Whether the machine has it now.</summary>
    public bool IsOpen => FixedIn is null;

    /// <summary>What makes two findings the same in different versions of a machine.</summary>
    internal (string, PackageKind, string) Key => (Vulnerability.Id, Kind, Package);
}
