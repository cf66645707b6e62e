using Mig.Browse;
using Mig.History.Trees;

namespace Mig.Inventories.Systems;

/// <summary>Finds the units that an administrator or a package has enabled. Source: systemctl(1), "enable".</summary>
internal static class SystemdUnits
{
    private const string Folder = "etc/systemd/system";
    private static readonly string[] Endings = [".wants", ".requires"];

    /// <summary>Returns them sorted by name.</summary>
    public static IReadOnlyList<EnabledUnit> Read(MachineFiles files)
    {
        var units = new List<EnabledUnit>();
        foreach (MachineFile folder in files.List(Folder))
        {
            string name = Name(folder);
            if (folder.Entry.Type != TreeEntryType.Directory || Array.Find(Endings, ending => name.EndsWith(ending, StringComparison.Ordinal)) is not { } ending)
                continue;
            foreach (MachineFile unit in files.List(folder.Path))
            {
                if (unit.Entry.Type == TreeEntryType.SymbolicLink)
                    units.Add(new EnabledUnit(Name(unit), name[..^ending.Length]));
            }
        }

        return [.. units.OrderBy(unit => unit.Name, StringComparer.Ordinal).ThenBy(unit => unit.WantedBy, StringComparer.Ordinal)];
    }

    private static string Name(MachineFile file) => file.Path[(file.Path.LastIndexOf('/') + 1)..];
}
