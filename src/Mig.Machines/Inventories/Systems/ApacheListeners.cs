using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>
/// Reads where Apache's httpd is set up to listen, in the folders of Debian and of Red Hat. Source: its documentation, "Listen" and
/// "IfModule".
/// </summary>
internal static class ApacheListeners
{
    private const string Section = "<IfModule ", SectionEnd = "</IfModule>";

    public static IEnumerable<Listener> Read(MachineFiles files) =>
    [
        .. Read(files, "apache2", "etc/apache2/mods-enabled",
            [.. ConfigurationFile.In(files, "etc/apache2/sites-enabled"), "etc/apache2/ports.conf"]),
        .. Read(files, "httpd", "etc/httpd/conf.modules.d",
            [.. ConfigurationFile.In(files, "etc/httpd/conf.d"), "etc/httpd/conf/httpd.conf"]),
    ];

    private static IEnumerable<Listener> Read(MachineFiles files, string service, string moduleFolder, IEnumerable<string> paths)
    {
        var modules = new Lazy<HashSet<string>>(() => ReadModules(files, moduleFolder));
        return paths.SelectMany(path =>
            Listeners.Find(service, path, InForce(ConfigurationFile.ReadLines(files, path), modules), "Listen "));
    }

    // The names that a section may use: that of the module, and that of its source file.
    private static HashSet<string> ReadModules(MachineFiles files, string folder)
    {
        var modules = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in ConfigurationFile.In(files, folder).SelectMany(path => ConfigurationFile.ReadLines(files, path)))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var word, var name, var file]
                && word.Equals("LoadModule", StringComparison.OrdinalIgnoreCase))
                modules.UnionWith([name, Path.ChangeExtension(Path.GetFileName(file.Trim('"')), ".c")]);
        }

        return modules;
    }

    // Leaves out sections for modules that are not loaded.
    private static IEnumerable<string> InForce(IEnumerable<string> lines, Lazy<HashSet<string>> modules)
    {
        var sections = new Stack<bool>();
        foreach (string line in lines)
        {
            if (line.StartsWith(Section, StringComparison.OrdinalIgnoreCase))
            {
                string name = line[Section.Length..].Trim(' ', '>', '"');
                sections.Push(name.StartsWith('!') ? !modules.Value.Contains(name[1..]) : modules.Value.Contains(name));
            }
            else if (line.StartsWith(SectionEnd, StringComparison.OrdinalIgnoreCase))
            {
                _ = sections.TryPop(out _);
            }
            else if (!sections.Contains(false))
            {
                yield return line;
            }
        }
    }
}
