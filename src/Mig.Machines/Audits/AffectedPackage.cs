using Mig.Machines.Inventories;

namespace Mig.Machines.Audits;

/// <summary>Which versions of one package a vulnerability is in.</summary>
internal sealed record AffectedPackage(
    Vulnerability Vulnerability, PackageTarget Target, IReadOnlyList<VersionRange> Ranges, IReadOnlySet<string> Versions)
{
    /// <summary>Tells whether an installed package is affected.</summary>
    /// <param name="fixedVersion">The first version without the vulnerability; null when there is none.</param>
    public bool Affects(InstalledPackage package, OsRelease? release, out string? fixedVersion)
    {
        fixedVersion = null;
        if (!Target.Matches(package, release))
            return false;
        string version = Target.IsSource ? package.SourceVersion : package.Version;
        bool isAffected = Versions.Contains(version);
        foreach (VersionRange range in Ranges)
        {
            if (!range.Contains(package.Kind, version))
                continue;
            isAffected = true;
            fixedVersion ??= range.FindFix(package.Kind, version);
        }

        if (isAffected && fixedVersion is null)
            fixedVersion = Ranges.Select(range => range.FindFix(package.Kind, version)).FirstOrDefault(fix => fix is not null);
        return isAffected;
    }
}
