using System.Text;
using Mig.History.Trees;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>Reads configuration of a machine line by line.</summary>
internal static class ConfigurationFile
{
    private const int MaxSize = 1 << 20;

    /// <summary>
    /// Returns the lines without white space around them, tabs as spaces; none when there is no such file or it is too large to be
    /// configuration.
    /// </summary>
    public static IEnumerable<string> ReadLines(MachineFiles files, string path) =>
        files.Find(path) is { Entry: { Type: TreeEntryType.File, Size: <= MaxSize } } file
            ? Encoding.UTF8.GetString(files.Read(file, MaxSize)).Split('\n').Select(line => line.Trim().Replace('\t', ' '))
            : [];

    /// <summary>Returns the paths that a pattern for files names, in the order of names.</summary>
    /// <param name="folder">Where it begins when it has no slash in front.</param>
    public static IEnumerable<string> Expand(MachineFiles files, string folder, string pattern)
    {
        string path = pattern.StartsWith('/') ? pattern.Trim('/') : $"{folder}/{pattern}";
        IEnumerable<string> found = [""];
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = part.AsSpan().ContainsAny("*?[")
                ? found.SelectMany(under => In(files, under))
                    .Where(file => IncludePattern.IsMatch(part, file[(file.LastIndexOf('/') + 1)..]))
                : found.Select(under => under.Length == 0 ? part : $"{under}/{part}");
        }

        return found.Where(file => files.Find(file) is not null);
    }

    /// <summary>Returns the paths of what is in some folders, in the order of names; what is not there has nothing.</summary>
    public static IEnumerable<string> In(MachineFiles files, params IEnumerable<string> folders) =>
        folders.SelectMany(folder => files.List(folder)).Select(file => file.Path);
}
