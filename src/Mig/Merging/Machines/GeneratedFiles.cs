namespace Mig.Merging.Machines;

/// <summary>Files that programs make from others, or that only say what was: the newer one is taken, and the user is told what makes them anew.</summary>
internal static class GeneratedFiles
{
    private static readonly (string Path, string Maker)[] Exact =
    [
        ("etc/ld.so.cache", "ldconfig"),
        ("var/cache/ldconfig/aux-cache", "ldconfig"),
        ("usr/share/applications/mimeinfo.cache", "update-desktop-database"),
        ("usr/share/glib-2.0/schemas/gschemas.compiled", "glib-compile-schemas"),
        ("usr/share/info/dir", "update-info-dir"),
        ("usr/lib/locale/locale-archive", "locale-gen"),
        ("var/cache/apt/pkgcache.bin", "apt"),
        ("var/cache/apt/srcpkgcache.bin", "apt"),
    ];

    private static readonly (string Folder, string Maker)[] Below =
    [
        ("var/cache/man/", "mandb"),
        ("var/cache/fontconfig/", "fc-cache"),
        ("var/log/", ""),
        ("var/backups/", ""),
        ("var/lib/apt/lists/", "apt update"),
        ("boot/initrd.img-", "update-initramfs -u"),
    ];

    private static readonly string[] Backups = ["etc/passwd-", "etc/shadow-", "etc/group-", "etc/gshadow-", "etc/subuid-", "etc/subgid-"];

    private static readonly string[] MimeFiles =
        ["mime.cache", "globs", "globs2", "magic", "subclasses", "aliases", "types", "generic-icons", "icons", "XMLnamespaces", "treemagic", "version"];

    /// <summary>Returns the program that makes a file anew, empty when there is none; null when the file is no such file.</summary>
    public static string? FindMaker(string path)
    {
        foreach ((string exact, string maker) in Exact)
        {
            if (path == exact)
                return maker;
        }

        foreach ((string folder, string maker) in Below)
        {
            if (path.StartsWith(folder, StringComparison.Ordinal))
                return maker;
        }

        if (path.EndsWith("/icon-theme.cache", StringComparison.Ordinal))
            return "gtk-update-icon-cache";
        if (path.EndsWith(".pyc", StringComparison.Ordinal))
            return "py3compile";
        if (path.StartsWith("usr/share/mime/", StringComparison.Ordinal) && MimeFiles.Contains(path["usr/share/mime/".Length..]))
            return "update-mime-database";
        bool isOld = (path.StartsWith("var/lib/dpkg/", StringComparison.Ordinal) || path.StartsWith("var/cache/debconf/", StringComparison.Ordinal)) && path.EndsWith("-old", StringComparison.Ordinal);
        return isOld || Backups.Contains(path) ? "" : null;
    }
}
