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
    private static readonly string[] UnitFolders = [Folder, "usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];

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
        return [.. units.Where(unit => !masked.Contains(unit.Name) && Exists(files, unit.Name)).OrderBy(unit => unit.Name, StringComparer.Ordinal).ThenBy(unit => unit.WantedBy, StringComparer.Ordinal)];
    }

    /// <summary>Returns the units of a type that start without being enabled: packages link them to a target, and nobody has masked them. Sorted.</summary>
    /// <param name="ending">Such as <c>.socket</c>.</param>
    public static IReadOnlyList<string> ReadStatic(MachineFiles files, string ending)
    {
        IEnumerable<string> linked = UnitFolders.Skip(1).SelectMany(folder => files.List(folder))
            .Where(file => file.Entry.Type == TreeEntryType.Directory && Array.Exists(Endings, end => file.Path.EndsWith(end, StringComparison.Ordinal)))
            .SelectMany(folder => files.List(folder.Path)).Select(file => Name(file.Path)).Where(name => name.EndsWith(ending, StringComparison.Ordinal));
        HashSet<string> masked = [.. files.List(Folder).Where(file => IsMask(file.Entry)).Select(file => Name(file.Path))];
        return [.. linked.Where(name => !masked.Contains(name)).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Finds the file of a unit; null when there is none.</summary>
    public static string? FindFile(MachineFiles files, string unit) =>
        UnitFolders.Select(folder => $"{folder}/{unit}").FirstOrDefault(path => files.Find(path) is { Entry.Type: TreeEntryType.File });

    // A link may be left over from a unit that is gone. Instances have a template, and scripts of System V are made into services.
    private static bool Exists(MachineFiles files, string unit)
    {
        int at = unit.IndexOf('@', StringComparison.Ordinal), dot = unit.LastIndexOf('.');
        return FindFile(files, unit) is not null || (at > 0 && dot > at && FindFile(files, unit[..(at + 1)] + unit[dot..]) is not null)
            || (unit.EndsWith(".service", StringComparison.Ordinal) && files.Find($"etc/init.d/{unit[..dot]}") is not null);
    }

    private static bool IsMask(TreeEntry entry) => entry.Type == TreeEntryType.SymbolicLink ? Target(entry) == "/dev/null" : entry is { Type: TreeEntryType.File, Size: 0 };

    private static string Target(TreeEntry link) => Encoding.UTF8.GetString(link.LinkTarget.Span);

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
