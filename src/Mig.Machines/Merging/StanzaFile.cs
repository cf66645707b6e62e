using System.Text;
using Mig.History.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Machines.Merging;

/// <summary>
/// Files of stanzas, one for each package or question: dpkg's <c>status</c>, apt's <c>extended_states</c>, debconf's answers. Sources:
/// deb822(5), debconf-devel(7).
/// </summary>
internal static class StanzaFile
{
    private const string Version = "Version";

    private const string Owners = "Owners"; // of a question: packages, as a set

    private static readonly string[] Paths =
    [
        "var/lib/dpkg/status", "var/lib/dpkg/available", "var/lib/apt/extended_states", "var/cache/debconf/config.dat",
            "var/cache/debconf/passwords.dat", "var/cache/debconf/templates.dat",
    ];

    public static bool Is(string path) => Paths.Contains(path);

    /// <summary>
    /// Returns the stanzas of several files by package, or, where one of the files has a package for several architectures, by package and
    /// architecture: <c>libc6:i386</c>.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<KeyedItem>> Parse(params IReadOnlyList<byte[]> contents)
    {
        List<(string Name, string Architecture, string Text)>[] files = [.. contents.Select(Split)];
        HashSet<string> several = [.. files.SelectMany(file =>
            file.CountBy(stanza => stanza.Name).Where(count => count.Value > 1).Select(count => count.Key))];
        return [.. files.Select(file =>
        {
            var items = new List<KeyedItem>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach ((string name, string architecture, string text) in file)
            {
                string key = several.Contains(name) ? $"{name}:{architecture}" : name;
                items.Add(new KeyedItem(seen.Add(key) ? key : $"{key} {items.Count}", text));
            }

            return items;
        })];
    }

    /// <summary>The package that a key stands for.</summary>
    public static string NameOf(string key) => key.Split(':')[0];

    private static List<(string Name, string Architecture, string Text)> Split(byte[] content)
    {
        var stanzas = new List<(string, string, string)>();
        foreach (string stanza in Encoding.Latin1.GetString(content).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string text = stanza.Trim('\n');
            if (text.Length == 0)
                continue;
            Dictionary<string, string> fields = Fields(text);
            stanzas.Add(((fields.GetValueOrDefault("Package") ?? fields.GetValueOrDefault("Name", "")).Trim(),
                fields.GetValueOrDefault("Architecture", "").Trim(), text + "\n\n"));
        }

        return stanzas;
    }

    /// <summary>The value of a field, without what follows its first line; null when there is none.</summary>
    public static string? Field(string stanza, string name)
    {
        for (int at = 0; at >= 0 && at < stanza.Length; at = stanza.IndexOf('\n', at) is var end and >= 0 ? end + 1 : -1)
        {
            if (at + name.Length >= stanza.Length || stanza[at + name.Length] != ':'
                || string.CompareOrdinal(stanza, at, name, 0, name.Length) != 0)
                continue;
            int start = at + name.Length + 1, stop = stanza.IndexOf('\n', start);
            return (stop < 0 ? stanza[start..] : stanza[start..stop]).Trim();
        }

        return null;
    }

    /// <summary>The version of a package whose files are there; null when they are not, or there is no stanza.</summary>
    public static string? InstalledVersion(string? stanza)
    {
        string? status = stanza is null ? null : Field(stanza, "Status");
        return stanza is null || status is "" || status?.Split(' ')[^1] is "not-installed" or "config-files" ? null : Field(stanza, Version)
            ?? "";
    }

    /// <summary>
    /// The configuration files of a package: path without a slash at its start, and MD5 of what the package brought. Lines such as " /etc/x
    /// d41d8cd98f00b204e9800998ecf8427e obsolete".
    /// </summary>
    public static IEnumerable<(string Path, string Digest)> Conffiles(string stanza)
    {
        int start = stanza.IndexOf("\nConffiles:", StringComparison.Ordinal);
        foreach (string line in start < 0 ? [] : stanza[(start + 1)..].Split('\n').Skip(1).TakeWhile(line => line.StartsWith(' ')))
        {
            if (line.Trim().Split(' ') is [var path, var digest, ..])
                yield return (path.Trim('/'), digest);
        }
    }

    /// <param name="packages">Whose stanza a package has, where files and stanza must come from one side.</param>
    /// <param name="follows">Whether the table says something else of packages that another one says to be installed.</param>
    public static MergedText Merge(byte[] before, byte[] ours, byte[] theirs, MergeSide? favored, PackageSides packages,
        bool follows = false) => Parse(before, ours, theirs) is [var old, var left, var right]
        ? new KeyedMerge(favored, (key, was, a, b) =>
            packages.IsContested(key) ? (null, null) : MergeStanza(key, was, a, b, packages.SideOfPackage(key)))
        {
            SideOf = follows ? key => packages.TakenSideOf(NameOf(key)) : packages.GivenSideOf,
            ConflictOf = follows ? static _ => null : packages.ReasonOf,
        }.Merge(old, left, right)
        : throw new InvalidOperationException();

    private static (string? Text, string? Note) MergeStanza(string key, string? before, string ours, string theirs, MergeSide? side)
    {
        if (side is { } winner)
        {
            string text = winner == MergeSide.Ours ? ours : theirs;
            return (text, PackageSides.NewerNote(
                key, winner, Field(text, Version), Field(winner == MergeSide.Ours ? theirs : ours, Version)));
        }

        Dictionary<string, string> old = before is null ? [] : Fields(before), left = Fields(ours), right = Fields(theirs);
        var text2 = new StringBuilder();
        foreach (string name in left.Keys.Union(right.Keys))
        {
            string? a = left.GetValueOrDefault(name), b = right.GetValueOrDefault(name), was = old.GetValueOrDefault(name);
            string? value = a == b || was == b ? a : was == a ? b : null;
            if (value is null && a != b && was != b && was != a)
            {
                if (name != Owners || a is null || b is null)
                    return (null, null);
                value = MergeOwners(was ?? "", a, b);
            }

            if (value is not null)
                text2.Append(name).Append(':').Append(value).Append('\n');
        }

        return (text2.Append('\n').ToString(), null);
    }

    private static string MergeOwners(string before, string ours, string theirs)
    {
        HashSet<string> old = [.. Names(before)], here = [.. Names(ours)], there = [.. Names(theirs)];
        return " " + string.Join(", ", here.Where(name => there.Contains(name) || !old.Contains(name))
            .Concat(there.Where(name => !here.Contains(name) && !old.Contains(name))));

        static IEnumerable<string> Names(string list) =>
            list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    // Name to all that follows the colon, continued lines included.
    private static Dictionary<string, string> Fields(string stanza)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        string? name = null;
        foreach (string line in stanza.TrimEnd('\n').Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line.Length > 0 && line[0] is ' ' or '\t' && name is not null)
                fields[name] += "\n" + line;
            else if (colon > 0)
                fields[name = line[..colon]] = line[(colon + 1)..];
        }

        return fields;
    }
}
