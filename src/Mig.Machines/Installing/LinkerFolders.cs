using System.Text;
using Mig.Machines.Files;

namespace Mig.Machines.Installing;

/// <summary>The directories that <c>ldconfig</c> looks into. Source: ldconfig(8).</summary>
internal static class LinkerFolders
{
    private const int MaxSize = 1 << 20;

    // Those of Debian's own build for x86-64.
    private static readonly string[] Standard = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"];

    /// <returns>As they are written, each once, in their order; null when the configuration is of a form that is not followed.</returns>
    public static IReadOnlyList<string>? Read(MachineFiles files)
    {
        var folders = new List<string>();
        foreach (string line in Lines(files, "etc/ld.so.conf"))
        {
            if (line == "include /etc/ld.so.conf.d/*.conf")
            {
                foreach (string name in files.List("etc/ld.so.conf.d").Select(file => file.Path)
                    .Where(path => path.EndsWith(".conf", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
                    folders.AddRange(Lines(files, name));
            }
            else
            {
                folders.Add(line);
            }
        }

        if (folders.Exists(folder => !folder.StartsWith('/') || folder.AsSpan().ContainsAny(' ', '*', '=')))
            return null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. folders.Concat(Standard).Select(folder => folder.TrimEnd('/'))
            .Where(folder => files.Find(folder) is { } found && seen.Add(found.Path))];
    }

    private static IEnumerable<string> Lines(MachineFiles files, string path) =>
        Encoding.Latin1.GetString(files.Read(path, MaxSize) ?? []).Split('\n').Select(line => line.Split('#')[0].Trim())
            .Where(line => line.Length > 0);
}
