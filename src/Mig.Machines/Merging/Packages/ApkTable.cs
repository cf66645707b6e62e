using System.Text;
using Mig.History.Merging;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// The files in which apk keeps what is installed: the packages, their scripts, their triggers, and what was asked for. Source: apk-tools,
/// "src/database.c".
/// </summary>
internal static class ApkTable
{
    public const string World = "etc/apk/world";

    private static readonly string[] Folders = ["lib/apk/db/", "usr/lib/apk/db/"];

    /// <summary>The tables of packages: a side that is chosen for one decides the packages in it that are in conflict.</summary>
    public static IEnumerable<string> InstalledPaths => Folders.Select(folder => folder + "installed");

    /// <summary>Returns the way to merge a file; null when it is none of these.</summary>
    public static MachineTables.Merge? Find(string path)
    {
        if (path == World)
            return static (before, ours, theirs, favored, sides) => new KeyedMerge(favored)
            {
                SideOf = name =>
                sides.Packages.TakenSideOf(Key(name))
            }.Merge(Wishes(before), Wishes(ours), Wishes(theirs));
        string? name = Array.Find(Folders, folder => path.StartsWith(folder, StringComparison.Ordinal)) is { } found ? path[found.Length..]
            : null;
        return name switch
        {
            "installed" => static (before, ours, theirs, favored, sides) => MergeInstalled(before, ours, theirs, favored, sides.Packages),
            "triggers" => static (before, ours, theirs, favored, sides) =>
                MergeSet(Lines(before), Lines(ours), Lines(theirs), favored, sides.Packages),
            "scripts.tar" => static (before, ours, theirs, favored, sides) =>
                TarTable.End(MergeSet(TarTable.Split(before), TarTable.Split(ours), TarTable.Split(theirs), favored, sides.Packages)),
            _ => null,
        };
    }

    /// <summary>The key that a package of apk has among all that sides are chosen for.</summary>
    public static string Key(string name) => "apk " + name;

    public static IEnumerable<string> Split(byte[] content) =>
        Encoding.Latin1.GetString(content).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(stanza => stanza.Trim('\n'))
            .Where(stanza => stanza.Length > 0);

    public static string Field(string stanza, char letter)
    {
        foreach (string line in stanza.Split('\n'))
        {
            if (line.Length > 1 && line[0] == letter && line[1] == ':')
                return line[2..];
        }

        return "";
    }

    private static MergedText MergeInstalled(byte[] before, byte[] ours, byte[] theirs, MergeSide? favored, PackageSides packages) =>
        new KeyedMerge(favored, (name, _, a, b) => MergeStanza(name, a, b, packages))
            .Merge(Stanzas(before), Stanzas(ours), Stanzas(theirs));

    // A package as a whole: what two versions have is never mixed.
    private static (string? Text, string? Note) MergeStanza(string name, string ours, string theirs, PackageSides packages)
    {
        if (packages.IsContested(Key(name)))
            return (null, null);
        if (packages.SideOfPackage(Key(name)) is { } side)
            return (side == MergeSide.Ours ? ours : theirs, PackageSides.NewerNote(
                name, side, Field(side == MergeSide.Ours ? ours : theirs, 'V'), Field(side == MergeSide.Ours ? theirs : ours, 'V')));
        return (Field(ours, 'C') == Field(theirs, 'C') ? ours : null, null);
    }

    // Entries of packages that are not there after all go with them.
    private static MergedText MergeSet(
        List<KeyedItem> before, List<KeyedItem> ours, List<KeyedItem> theirs, MergeSide? favored, PackageSides packages) =>
        new KeyedMerge(favored).Merge(Kept(before, packages), Kept(ours, packages), Kept(theirs, packages));

    private static List<KeyedItem> Kept(List<KeyedItem> items, PackageSides packages) =>
        [.. items.Where(item => !packages.IsDropped(item.Key))];

    private static List<KeyedItem> Stanzas(byte[] content) =>
        Unique(Split(content).Select(stanza => new KeyedItem(Field(stanza, 'P'), stanza + "\n\n")));

    private static List<KeyedItem> Lines(byte[] content) =>
        Unique(Encoding.Latin1.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => new KeyedItem(line, line + "\n")));

    // "name", "name=1.0", "name<2", "name@edge", "!name"
    private static List<KeyedItem> Wishes(byte[] content) =>
        Unique(Encoding.Latin1.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => new KeyedItem(line.IndexOfAny(['=', '<', '>', '~', '@']) is var end and > 0 ? line[..end] : line, line + "\n")));

    private static List<KeyedItem> Unique(IEnumerable<KeyedItem> items) => [.. items.DistinctBy(item => item.Key)];
}
