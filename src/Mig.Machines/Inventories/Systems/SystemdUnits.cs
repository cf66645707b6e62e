using System.Text;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>
/// Finds the units that an administrator or a package has enabled. Source: systemctl(1), "enable" and "mask", systemd.unit(5), "[Install]".
/// </summary>
internal static class SystemdUnits
{
    /// <summary>Where an administrator's units are.</summary>
    public const string Folder = "etc/systemd/system";

    private const string DefaultTarget = "default.target"; // the target to start, not a unit that is enabled
    private static readonly string[] Endings = [".wants", ".requires", ".upholds"];
    private static readonly string[] RunLevels = ["etc/rc2.d", "etc/rc3.d", "etc/rc4.d", "etc/rc5.d", "etc/rcS.d"];
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
            if (file.Entry.Type == TreeEntryType.Directory
                && Array.Find(Endings, ending => name.EndsWith(ending, StringComparison.Ordinal)) is { } ending)
                units.AddRange(files.List(file.Path).Where(unit => unit.Entry.Type == TreeEntryType.SymbolicLink)
                    .Select(unit => new EnabledUnit(Name(unit.Path), name[..^ending.Length])));
            else if (IsMask(file.Entry))
                masked.Add(name);
            else if (file.Entry.Type == TreeEntryType.SymbolicLink && name != DefaultTarget && Name(Target(file.Entry)) is var original
                && original != name)
                aliases.Add(new EnabledUnit(original, name));
        }

        // A unit may be installed by an alias alone, as display managers are.
        units.AddRange(aliases.Where(alias => !units.Exists(unit => unit.Name == alias.Name)));
        return [.. units.Where(unit => !masked.Contains(unit.Name) && Exists(files, unit.Name))
            .OrderBy(unit => unit.Name, StringComparer.Ordinal).ThenBy(unit => unit.WantedBy, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Returns the units of a type that start without being enabled: packages link them to a target, and nobody has masked them. Sorted.
    /// </summary>
    /// <param name="ending">Such as <c>.socket</c>.</param>
    public static IReadOnlyList<string> ReadStatic(MachineFiles files, string ending)
    {
        IEnumerable<string> linked = UnitFolders.Skip(1).SelectMany(folder => files.List(folder))
            .Where(file => file.Entry.Type == TreeEntryType.Directory
                && Array.Exists(Endings, end => file.Path.EndsWith(end, StringComparison.Ordinal)))
            .SelectMany(folder => files.List(folder.Path)).Select(file => Name(file.Path))
                .Where(name => name.EndsWith(ending, StringComparison.Ordinal));
        HashSet<string> masked = [.. files.List(Folder).Where(file => IsMask(file.Entry)).Select(file => Name(file.Path))];
        return [.. linked.Where(name => !masked.Contains(name)).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Tells whether the machine has systemd.</summary>
    public static bool IsUsedBy(MachineFiles files) => UnitFolders.Any(folder => files.List(folder).Count > 0);

    /// <summary>
    /// Finds the links by which a unit that is there, and not masked, starts by itself: those of who enabled it, those of packages, and
    /// those of scripts of System V. Paths of the machine, with a slash in front.
    /// </summary>
    public static IReadOnlyList<string> FindStarts(MachineFiles files, string unit)
    {
        if (files.List(Folder).Any(file => Name(file.Path) == unit && IsMask(file.Entry)) || !Exists(files, unit))
            return [];
        var starts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string folder in UnitFolders)
        {
            foreach (MachineFile file in files.List(folder))
            {
                if (file.Entry.Type == TreeEntryType.Directory
                    && Array.Exists(Endings, end => file.Path.EndsWith(end, StringComparison.Ordinal)))
                    starts.UnionWith(files.List(file.Path).Where(link => Name(link.Path) == unit).Select(link => "/" + link.Path));
                else if (folder == Folder && file.Entry.Type == TreeEntryType.SymbolicLink
                    && Name(file.Path) is not DefaultTarget and var alias
                    && alias != unit && Name(Target(file.Entry)) == unit)
                    starts.Add("/" + file.Path);
            }
        }

        // A script of System V is made into a service where no unit of its name is there.
        if (unit.EndsWith(".service", StringComparison.Ordinal) && FindFile(files, unit) is null)
        {
            string script = unit[..unit.LastIndexOf('.')];
            starts.UnionWith(RunLevels.SelectMany(files.List)
                .Where(link => Name(link.Path) is ['S', >= '0' and <= '9', >= '0' and <= '9', ..] and var name && name[3..] == script)
                .Select(link => "/" + link.Path));
        }

        return [.. starts];
    }

    /// <summary>Finds the file of a unit; null when there is none.</summary>
    /// <remarks>An instance has its own, or that of its template.</remarks>
    public static string? FindFile(MachineFiles files, string unit) => new[] { unit, TemplateOf(unit) }.OfType<string>()
        .SelectMany(name => UnitFolders.Select(folder => $"{folder}/{name}"))
            .FirstOrDefault(path => files.Find(path) is { Entry.Type: TreeEntryType.File });

    /// <summary>
    /// Returns the files that change a unit, in the order of their names; one of an administrator hides that of a package with the same
    /// name.
    /// </summary>
    public static IReadOnlyList<string> FindParts(MachineFiles files, string unit)
    {
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in new[] { unit, TemplateOf(unit) }.OfType<string>())
        {
            foreach (MachineFile file in UnitFolders.SelectMany(folder => files.List($"{folder}/{name}.d"))
                .Where(file => file.Path.EndsWith(".conf", StringComparison.Ordinal)))
                parts.TryAdd(Name(file.Path), file.Path);
        }

        return [.. parts.Values];
    }

    /// <summary>Puts the name of an instance where a template has it.</summary>
    public static string Expand(string text, string unit)
    {
        int at = unit.IndexOf('@', StringComparison.Ordinal), dot = unit.LastIndexOf('.');
        return at < 0 || dot < at ? text : text.Replace("%i", unit[(at + 1)..dot], StringComparison.OrdinalIgnoreCase);
    }

    private static string? TemplateOf(string unit)
    {
        int at = unit.IndexOf('@', StringComparison.Ordinal), dot = unit.LastIndexOf('.');
        return at > 0 && dot > at + 1 ? unit[..(at + 1)] + unit[dot..] : null;
    }

    // A link may be left over from a unit that is gone. Scripts of System V are made into services.
    private static bool Exists(MachineFiles files, string unit) => FindFile(files, unit) is not null
        || (unit.EndsWith(".service", StringComparison.Ordinal) && files.Find($"etc/init.d/{unit[..unit.LastIndexOf('.')]}") is not null);

    private static bool IsMask(TreeEntry entry) =>
        entry.Type == TreeEntryType.SymbolicLink ? Target(entry) == "/dev/null" : entry is { Type: TreeEntryType.File, Size: 0 };

    private static string Target(TreeEntry link) => Encoding.UTF8.GetString(link.LinkTarget.Span);

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
