using System.Text;
using Mig.Browse;
using Mig.History.Trees;

namespace Mig.Inventories.Systems;

/// <summary>Finds the units that an administrator or a package has enabled. Source: systemctl(1), "enable" and "mask", systemd.unit(5), "[Install]".</summary>
internal static class SystemdUnits
{
    private const string Folder = "etc/systemd/system";
    private const string DefaultTarget = "default.target"; // the target to start, not a unit that is enabled
    private static readonly string[] Endings = [".wants", ".requires"];

    /// <summary>Returns them sorted by name.</summary>
    public static IReadOnlyList<EnabledUnit> Read(MachineFiles files)
    {
        var units = new List<EnabledUnit>();
        var aliases = new List<EnabledUnit>();
        var masked = new HashSet<string>();
        foreach (MachineFile file in files.List(Folder))
        {
            string name = Name(file.Path);
            if (file.Entry.Type == TreeEntryType.Directory && Array.Find(Endings, ending => name.EndsWith(ending, StringComparison.Ordinal)) is { } ending)
                units.AddRange(files.List(file.Path).Where(unit => unit.Entry.Type == TreeEntryType.SymbolicLink).Select(unit => new EnabledUnit(Name(unit.Path), name[..^ending.Length])));
            else if (IsMask(file.Entry))
                masked.Add(name);
            else if (file.Entry.Type == TreeEntryType.SymbolicLink && name != DefaultTarget && Name(Target(file.Entry)) is var original && original != name)
                aliases.Add(new EnabledUnit(original, name));
        }

        // A unit may be installed by an alias alone, as display managers are.
        units.AddRange(aliases.Where(alias => !units.Exists(unit => unit.Name == alias.Name)));
        return [.. units.Where(unit => !masked.Contains(unit.Name)).OrderBy(unit => unit.Name, StringComparer.Ordinal).ThenBy(unit => unit.WantedBy, StringComparer.Ordinal)];
    }

    private static bool IsMask(TreeEntry entry) => entry.Type == TreeEntryType.SymbolicLink ? Target(entry) == "/dev/null" : entry is { Type: TreeEntryType.File, Size: 0 };

    private static string Target(TreeEntry link) => Encoding.UTF8.GetString(link.LinkTarget.Span);

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
