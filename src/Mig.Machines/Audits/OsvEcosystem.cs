using Mig.Machines.Inventories;

namespace Mig.Machines.Audits;

/// <summary>Reads the ecosystems of OSV, such as <c>Debian:12</c> or <c>PyPI</c>. Source: OSV schema, "affected[].package".</summary>
internal static class OsvEcosystem
{
    // The system's ID in os-release, the kind of its packages, and whether advisories name source packages.
    private static readonly Dictionary<string, (string Id, PackageKind Kind, bool IsSource)> Systems = new()
    {
        ["Debian"] = ("debian", PackageKind.Dpkg, true),
        ["Ubuntu"] = ("ubuntu", PackageKind.Dpkg, true),
        ["Alpine"] = ("alpine", PackageKind.Apk, true),
        ["Chainguard"] = ("chainguard", PackageKind.Apk, true),
        ["Wolfi"] = ("wolfi", PackageKind.Apk, true),
        ["AlmaLinux"] = ("almalinux", PackageKind.Rpm, false),
        ["Rocky Linux"] = ("rocky", PackageKind.Rpm, false),
        ["Red Hat"] = ("rhel", PackageKind.Rpm, false),
        ["openSUSE"] = ("opensuse", PackageKind.Rpm, false),
        ["SUSE"] = ("sles", PackageKind.Rpm, false),
        ["Mageia"] = ("mageia", PackageKind.Rpm, true),
        ["openEuler"] = ("openEuler", PackageKind.Rpm, false),
        ["Photon OS"] = ("photon", PackageKind.Rpm, false),
    };

    private static readonly Dictionary<string, PackageKind> Languages = new()
    {
        ["PyPI"] = PackageKind.Python,
        ["npm"] = PackageKind.Node,
        ["RubyGems"] = PackageKind.Ruby,
        ["Maven"] = PackageKind.Java,
        ["Go"] = PackageKind.Go,
        ["crates.io"] = PackageKind.Rust,
    };

    /// <returns>Null for an ecosystem whose packages mig does not list.</returns>
    public static PackageTarget? Parse(string ecosystem, string name)
    {
        string[] parts = ecosystem.Split(':');
        if (Languages.TryGetValue(parts[0], out PackageKind language))
            return new PackageTarget(language, PackageTarget.Normalize(language, name));
        return Systems.TryGetValue(parts[0], out (string Id, PackageKind Kind, bool IsSource) system)
            ? new PackageTarget(system.Kind, name, system.Id, Version(parts), system.IsSource)
            : null;
    }

    // "v3.18" of Alpine, "Leap 15.5" of openSUSE, "enterprise_linux:9::baseos" of Red Hat, "22.04:LTS" and "Pro:22.04:LTS" of Ubuntu.
    private static string Version(string[] parts)
    {
        string? version = parts.Skip(1).Select(part => part.Split(' ')[^1].TrimStart('v'))
            .FirstOrDefault(part => part.Length > 0 && char.IsAsciiDigit(part[0]));
        return version ?? "";
    }
}
