using System.Text;
using Mig.History.Trees;

namespace Mig.Browse;

/// <summary>Reads the mount units of systemd that are started with the machine. Source: systemd.mount(5).</summary>
internal static class MountUnits
{
    private const int MaxSize = 1 << 16;
    private const string Ending = ".mount";

    // What an administrator wrote comes before what a package brought.
    private static readonly string[] Folders = ["etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"];

    /// <param name="files">Finds and reads files of the root volume.</param>
    public static IReadOnlyList<MountEntry> Read(MachineFiles files)
    {
        var units = new Dictionary<string, MachineFile>();
        var started = new HashSet<string>();
        foreach (string folder in Folders)
        {
            foreach (MachineFile file in files.List(folder))
            {
                string name = NameOf(file);
                if (file.Entry.Type == TreeEntryType.Directory && (name.EndsWith(".wants", StringComparison.Ordinal) || name.EndsWith(".requires", StringComparison.Ordinal)))
                    started.UnionWith(files.List(file.Path).Select(NameOf).Where(unit => unit.EndsWith(Ending, StringComparison.Ordinal)));
                else if (name.EndsWith(Ending, StringComparison.Ordinal))
                    units.TryAdd(name, file);
            }
        }

        return [.. units.Where(unit => started.Contains(unit.Key) && unit.Value.Entry is { Type: TreeEntryType.File, Size: <= MaxSize })
            .OrderBy(unit => unit.Key, StringComparer.Ordinal).Select(unit => Parse(files.Read(unit.Value, MaxSize), unit.Value.Path))];
    }

    private static MountEntry Parse(byte[] content, string path)
    {
        var settings = new Dictionary<string, string>();
        string section = "";
        foreach (string line in Encoding.UTF8.GetString(content).Split('\n').Select(line => line.Trim()))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith('['))
                section = line;
            else if (section == "[Mount]" && equals > 0)
                settings[line[..equals].TrimEnd()] = line[(equals + 1)..].TrimStart();
        }

        return new MountEntry(settings.GetValueOrDefault("What", ""), settings.GetValueOrDefault("Where", ""), settings.GetValueOrDefault("Type", ""), settings.GetValueOrDefault("Options", ""), path);
    }

    private static string NameOf(MachineFile file) => file.Path[(file.Path.LastIndexOf('/') + 1)..];
}
