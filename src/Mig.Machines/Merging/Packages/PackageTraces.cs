using System.Text;
using Mig.History.Trees;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// What the scripts of a Debian package leave beside its files, and take away when it is purged: links that start its services. Sources:
/// update-rc.d(8), deb-systemd-helper(1p), systemd.unit(5).
/// </summary>
internal static class PackageTraces
{
    private const string Initial = "etc/init.d/";
    private static readonly string[] UnitFolders =
        ["lib/systemd/system/", "usr/lib/systemd/system/", "lib/systemd/user/", "usr/lib/systemd/user/"];
    private static readonly string[] RunLevels = ["0", "1", "2", "3", "4", "5", "6", "S"];
    private static readonly string[] Enabled =
    [
        "etc/systemd/system", "etc/systemd/user", "var/lib/systemd/deb-systemd-helper-enabled", "var/lib/systemd/deb-systemd-helper-masked",
            "var/lib/systemd/deb-systemd-user-helper-enabled",
        "var/lib/systemd/deb-systemd-user-helper-masked",
    ];

    /// <param name="owned">The paths of the package, from the root.</param>
    /// <returns>Paths of one side, from the root.</returns>
    public static IEnumerable<string> Find(SideFiles files, IReadOnlyCollection<string> owned)
    {
        HashSet<string> scripts = Names(owned, [Initial]), units = Names(owned, UnitFolders);
        foreach (string folder in scripts.Count == 0 ? [] : RunLevels.Select(level => $"etc/rc{level}.d"))
        {
            foreach ((string name, TreeEntry _) in files.List(folder)
                .Where(item => item.Name.Length > 3 && item.Name[0] is 'S' or 'K' && scripts.Contains(item.Name[3..])))
                yield return $"{folder}/{name}";
        }

        foreach (string folder in units.Count == 0 ? [] : Enabled)
        {
            foreach ((string name, TreeEntry entry) in files.List(folder))
            {
                string path = $"{folder}/{name}";
                if (entry.Type != TreeEntryType.Directory && (IsOf(units, name) || IsAlias(entry, units)))
                    yield return path;
                foreach ((string below, TreeEntry _) in IsWish(name) ? files.List(path).Where(item => IsOf(units, item.Name)) : [])
                    yield return $"{path}/{below}";
            }
        }
    }

    private static HashSet<string> Names(IEnumerable<string> owned, string[] folders) =>
        [.. owned.SelectMany(path => folders.Where(folder => path.StartsWith(folder, StringComparison.Ordinal))
            .Select(folder => path[folder.Length..])).Where(name => name.Length > 0 && !name.Contains('/', StringComparison.Ordinal))];

    private static bool IsWish(string name) =>
        name.EndsWith(".wants", StringComparison.Ordinal) || name.EndsWith(".requires", StringComparison.Ordinal);

    private static bool IsAlias(TreeEntry entry, HashSet<string> units) =>
        entry.Type == TreeEntryType.SymbolicLink && Encoding.Latin1.GetString(entry.LinkTarget.Span) is var target
            && units.Contains(target[(target.LastIndexOf('/') + 1)..]);

    // getty@tty1.service is an instance of getty@.service; the record of what enables x.service is x.service.dsh-also.
    private static bool IsOf(HashSet<string> units, string name)
    {
        const string record = ".dsh-also";
        name = name.EndsWith(record, StringComparison.Ordinal) ? name[..^record.Length] : name;
        int at = name.IndexOf('@', StringComparison.Ordinal), dot = name.LastIndexOf('.');
        return units.Contains(name) || (at >= 0 && dot > at && units.Contains(name[..(at + 1)] + name[dot..]));
    }
}
