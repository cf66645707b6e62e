using Mig.History.Trees;
using Mig.Machines.Inventories.Pacman;
using Mig.Machines.Verification;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// What pacman has installed on a side: a directory for each package, with <c>desc</c>, <c>files</c>, <c>mtree</c> and scripts. Source:
/// libalpm, "be_local.c".
/// </summary>
internal static class PacmanSide
{
    public const string Folder = "var/lib/pacman/local";
    private const int MaxSize = 64 << 20;

    public static Dictionary<string, SidePackage> Read(SideFiles files)
    {
        var packages = new Dictionary<string, SidePackage>(StringComparer.Ordinal);
        foreach ((string name, TreeEntry entry) in files.List(Folder))
        {
            string folder = $"{Folder}/{name}";
            if (entry.Type != TreeEntryType.Directory || files.Read($"{folder}/desc", MaxSize) is not { } description
                || PacmanDescription.Parse(description) is not { } package)
                continue;
            packages[package.Name] = new SidePackage(package.Name, package.Version)
            {
                Signature = entry.Tree.ToString(),
                Folder = folder,
                Files = () => [.. PacmanTable.Values(files.Read($"{folder}/files", MaxSize) ?? [], "%FILES%")
                    .Select(path => path.TrimEnd('/'))],
                Configuration = () => [.. PacmanTable.Values(files.Read($"{folder}/files", MaxSize) ?? [], "%BACKUP%")
                    .Select(line => line.Split('\t')).Where(words => words.Length == 2)
                    .Select(words => (words[0], DigestAlgorithm.Md5, words[1]))],
            };
        }

        return packages;
    }

    /// <summary>
    /// Tells whether a path is the description of a package, of which two sides may differ in when and why they installed it.
    /// </summary>
    public static bool IsDescription(string path) =>
        path.StartsWith(Folder + "/", StringComparison.Ordinal) && path.EndsWith("/desc", StringComparison.Ordinal);
}
