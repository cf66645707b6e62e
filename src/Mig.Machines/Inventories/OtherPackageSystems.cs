using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories;

/// <summary>Package systems that mig knows by where they keep their records, and does not read.</summary>
internal static class OtherPackageSystems
{
    private static readonly (string Path, string Name)[] All =
    [
        ("var/db/pkg/local.sqlite", "pkg (FreeBSD)"), ("var/db/pkg", "Portage (Gentoo)"), ("var/db/xbps", "XBPS (Void)"),
            ("var/lib/pkgtools/packages", "pkgtools (Slackware)"), ("var/log/packages", "pkgtools (Slackware)"),
        ("usr/lib/opkg", "opkg (OpenWrt)"), ("var/lib/opkg", "opkg (OpenEmbedded)"), ("nix/store", "Nix"), ("gnu/store", "Guix"),
        ("usr/share/clear/bundles", "swupd (Clear Linux)"), ("var/lib/eopkg", "eopkg (Solus)"),
        ("var/lib/snapd/snaps", "snap"), ("var/lib/flatpak/app", "Flatpak"),
    ];

    /// <summary>Says of a system without a single package where its packages may be; a sentence without its full stop.</summary>
    /// <param name="hasDatabase">Whether there is a package database that mig reads.</param>
    public static string Describe(MachineFiles files, bool hasDatabase) => "the packages of the system were not seen: " + (
        Array.Find(All, system => files.Find(system.Path) is { } found
            && (found.Entry.Type != TreeEntryType.Directory || files.List(found.Path).Count > 0)) is { Name: { } name } other
            ? $"they are those of {name}, in /{other.Path}, which mig does not read"
            : hasDatabase ? "its package database names none" : "it has no database of dpkg, rpm, apk or pacman");
}
