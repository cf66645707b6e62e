using System.Collections.Immutable;
using System.Text;
using Mig.History.Trees;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// Files that a side moved away with dpkg-divert, to let another package's stand there, or moved back: what is done to them on the other
/// side goes along. Source: dpkg-divert(1).
/// </summary>
internal static class DiversionMoves
{
    private const string Path = "var/lib/dpkg/diversions";
    private const int MaxSize = 16 << 20;

    /// <returns>Old paths to new ones, from the root, one character for each byte.</returns>
    public static IReadOnlyDictionary<string, string> Find(MergeContents contents, TreeEntry? before, TreeEntry side)
    {
        if (before is null)
            return ImmutableDictionary<string, string>.Empty;
        var files = new SideFiles(contents, side);
        Dictionary<string, string> old = Read(new SideFiles(contents, before)), now = Read(files);
        var moves = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string path, string target) in now.Where(item => old.GetValueOrDefault(item.Key) != item.Value))
            moves[files.RealPath(old.GetValueOrDefault(path, path))] = files.RealPath(target);
        foreach ((string path, string target) in old.Where(item => !now.ContainsKey(item.Key)))
            moves[files.RealPath(target)] = files.RealPath(path);
        return moves;
    }

    // "/usr/bin/x", "/usr/bin/x.distrib", "package"
    private static Dictionary<string, string> Read(SideFiles files)
    {
        var diversions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] entry in Encoding.Latin1.GetString(files.Read(Path, MaxSize) ?? []).Split('\n').Chunk(3)
            .Where(entry => entry.Length == 3))
            diversions[entry[0]] = entry[1];
        return diversions;
    }
}
