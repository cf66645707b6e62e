using System.Text;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Mounts;

/// <summary>Reads the mount units of systemd that are started with the machine. Source: systemd.mount(5).</summary>
internal static class MountUnits
{
    private const int MaxSize = 1 << 16;
    private const string Ending = ".mount", AutomaticEnding = ".automount";

    // What an administrator wrote comes before what a package brought.
    private static readonly string[] Folders =
        ["etc/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];
    private static readonly string[] Lists = [".wants", ".requires", ".upholds"];

    /// <param name="files">Finds and reads files of the root volume.</param>
    public static IReadOnlyList<MountEntry> Read(MachineFiles files)
    {
        var units = new Dictionary<string, MachineFile>();
        var parts = new Dictionary<string, SortedDictionary<string, MachineFile>>();
        var started = new HashSet<string>();
        foreach (string folder in Folders)
        {
            foreach (MachineFile file in files.List(folder))
            {
                string name = NameOf(file);
                if (file.Entry.Type == TreeEntryType.Directory
                    && Array.Exists(Lists, list => name.EndsWith(list, StringComparison.Ordinal)))
                    started.UnionWith(files.List(file.Path).Select(unit => UnitOf(NameOf(unit))).OfType<string>());
                else if (file.Entry.Type == TreeEntryType.Directory && name.EndsWith(Ending + ".d", StringComparison.Ordinal))
                    AddParts(files, file, parts);
                else if (name.EndsWith(Ending, StringComparison.Ordinal))
                    units.TryAdd(name, file);
            }
        }

        return [.. units.Where(unit => started.Contains(unit.Key)).OrderBy(unit => unit.Key, StringComparer.Ordinal)
            .Select(unit => Read(files, [unit.Value, .. parts.GetValueOrDefault(unit.Key)?.Values.AsEnumerable() ?? []]))
                .OfType<MountEntry>()];
    }

    // What is mounted when somebody looks there is mounted, too.
    private static string? UnitOf(string name) => name.EndsWith(Ending, StringComparison.Ordinal) ? name
        : name.EndsWith(AutomaticEnding, StringComparison.Ordinal) ? name[..^AutomaticEnding.Length] + Ending : null;

    // Files that change a unit, by their names, whichever folder they are in.
    private static void AddParts(MachineFiles files, MachineFile folder, Dictionary<string, SortedDictionary<string, MachineFile>> parts)
    {
        string unit = NameOf(folder)[..^".d".Length];
        if (!parts.TryGetValue(unit, out SortedDictionary<string, MachineFile>? known))
            parts.Add(unit, known = new SortedDictionary<string, MachineFile>(StringComparer.Ordinal));
        foreach (MachineFile part in files.List(folder.Path).Where(part => part.Path.EndsWith(".conf", StringComparison.Ordinal)))
            known.TryAdd(NameOf(part), part);
    }

    private static MountEntry? Read(MachineFiles files, IReadOnlyList<MachineFile> unit)
    {
        var settings = new Dictionary<string, string>();
        foreach (MachineFile file in unit)
        {
            if (file.Entry is { Type: TreeEntryType.File, Size: <= MaxSize })
                Parse(files.Read(file, MaxSize), settings);
            else if (file == unit[0])
                return null; // masked
        }

        return new MountEntry(settings.GetValueOrDefault("What", ""), settings.GetValueOrDefault("Where", ""),
            settings.GetValueOrDefault("Type", ""), settings.GetValueOrDefault("Options", ""), unit[0].Path);
    }

    private static void Parse(byte[] content, Dictionary<string, string> settings)
    {
        string section = "";
        foreach (string line in Encoding.UTF8.GetString(content).Split('\n').Select(line => line.Trim()))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith('['))
                section = line;
            else if (section == "[Mount]" && equals > 0)
                settings[line[..equals].TrimEnd()] = line[(equals + 1)..].TrimStart();
        }
    }

    private static string NameOf(MachineFile file) => file.Path[(file.Path.LastIndexOf('/') + 1)..];
}
