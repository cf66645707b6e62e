namespace Mig.Machines.Merging;

/// <summary>
/// Files that programs make from others, or that only say what was: the newer one is taken, and the user is told what makes them anew. Of
/// copies from before the last change, which is the merge, the original of our side is.
/// </summary>
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
        ("var/cache/dictionaries-common/ispell-dicts-list.txt", "update-dictcommon-aspell"),
        ("var/lib/command-not-found/commands.db", "update-command-not-found"),
        ("var/lib/logrotate/status", ""),
        ("var/lib/aptitude/pkgstates", "aptitude"),
        ("var/lib/mlocate/mlocate.db", "updatedb"),
        ("var/lib/plocate/plocate.db", "updatedb"),
        ("var/lib/systemd/catalog/database", "journalctl --update-catalog"),
        ("var/lib/systemd/random-seed", ""),
        ("var/lib/urandom/random-seed", ""),
        ("var/lib/NetworkManager/timestamps", ""),
        ("var/lib/systemd/timesync/clock", ""),
        ("usr/lib/udev/hwdb.bin", "systemd-hwdb update"),
        ("etc/udev/hwdb.bin", "systemd-hwdb update"),
        ("etc/ssl/certs/java/cacerts", "update-ca-certificates -f"),
        ("etc/mailcap", "update-mime"),
        ("etc/aliases.db", "newaliases"),
        ("etc/adjtime", "hwclock"),
        ("etc/resolv.conf", ""),
        ("boot/grub/grub.cfg", "update-grub"),
        ("boot/grub2/grub.cfg", "grub2-mkconfig -o /boot/grub2/grub.cfg"),
        ("boot/grub/grubenv", ""),
        ("boot/grub2/grubenv", ""),
        ("boot/grub/i386-pc/load.cfg", "grub-install"),
    ];

    // What tells one machine from another: of two, the one that ours has.
    private static readonly string[] Identities = ["etc/machine-id", "var/lib/dbus/machine-id"];

    private static readonly (string Folder, string Maker)[] Below =
    [
        ("var/cache/man/", "mandb"),
        ("var/cache/fontconfig/", "fc-cache"),
        ("var/lib/initramfs-tools/", "update-initramfs -u"),
        ("var/lib/dhcp/", ""),
        ("var/lib/systemd/timers/", ""),
        ("var/log/", ""),
        ("var/backups/", ""),
        ("var/lib/apt/lists/", "apt update"),
        ("boot/initrd.img-", "update-initramfs -u"),
        ("boot/initramfs-", "dracut -f"),
    ];

    private static readonly string[] ModuleLists =
    [
        "modules.alias", "modules.alias.bin", "modules.dep", "modules.dep.bin", "modules.devname", "modules.softdep", "modules.symbols",
            "modules.symbols.bin", "modules.builtin.bin",
        "modules.builtin.alias.bin", "modules.weakdep",
    ];

    private static readonly (string Name, string Maker)[] Anywhere =
    [
        ("icon-theme.cache", "gtk-update-icon-cache"),
        ("giomodule.cache", "gio-querymodules"),
        ("loaders.cache", "gdk-pixbuf-query-loaders"),
        ("immodules.cache", "gtk-query-immodules-3.0"),
        ("fonts.dir", "mkfontdir"),
        ("fonts.scale", "mkfontscale"),
    ];

    private static readonly string[] Backups = ["etc/passwd-", "etc/shadow-", "etc/group-", "etc/gshadow-", "etc/subuid-", "etc/subgid-"];

    private static readonly string[] OldFolders = ["var/lib/dpkg/", "var/cache/debconf/"];

    private static readonly string[] MimeFiles =
        ["mime.cache", "globs", "globs2", "magic", "subclasses", "aliases", "types", "generic-icons", "icons", "XMLnamespaces", "treemagic",
            "version"];

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

        string name = path[(path.LastIndexOf('/') + 1)..];
        foreach ((string cache, string maker) in Anywhere)
        {
            if (name == cache)
                return maker;
        }

        if (name.EndsWith(".pyc", StringComparison.Ordinal))
            return "py3compile";
        if (path.StartsWith("usr/share/mime/", StringComparison.Ordinal)
            && (MimeFiles.Contains(path["usr/share/mime/".Length..]) || IsMimeType(path)))
            return "update-mime-database";
        if (ModuleLists.Contains(name)
            && (path.StartsWith("usr/lib/modules/", StringComparison.Ordinal) || path.StartsWith("lib/modules/", StringComparison.Ordinal)))
            return "depmod";
        return null;
    }

    /// <summary>Returns the file of which another one is a copy from before the last change; null when it is no such copy.</summary>
    public static string? FindOriginal(string path)
    {
        if (Backups.Contains(path))
            return path[..^1];
        return path.EndsWith("-old", StringComparison.Ordinal)
            && Array.Exists(OldFolders, folder => path.StartsWith(folder, StringComparison.Ordinal)) ? path[..^"-old".Length] : null;
    }

    /// <summary>Tells whether a file says which machine it is: two such files are no conflict, and ours is kept.</summary>
    public static bool IsIdentity(string path) => Identities.Contains(path);

    // usr/share/mime/text/plain.xml is made of usr/share/mime/packages/*.xml.
    private static bool IsMimeType(string path) =>
        path.EndsWith(".xml", StringComparison.Ordinal) && path.Count(static c => c == '/') == 4
            && !path.StartsWith("usr/share/mime/packages/", StringComparison.Ordinal);
}
