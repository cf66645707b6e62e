using System.Text;
using Mig.History.Merging;

namespace Mig.Merging.Machines;

/// <summary>Files of stanzas, one for each package: dpkg's <c>status</c> and apt's <c>extended_states</c>. Source: deb822(5).</summary>
internal static class StanzaFile
{
    private const string Version = "Version";

    private static readonly string[] Paths = ["var/lib/dpkg/status", "var/lib/dpkg/available", "var/lib/apt/extended_states"];

    public static bool Is(string path) => Paths.Contains(path);

    /// <summary>Returns the stanzas by package and architecture.</summary>
    public static IReadOnlyList<KeyedItem> Parse(byte[] content)
    {
        var items = new List<KeyedItem>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string stanza in Encoding.Latin1.GetString(content).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string text = stanza.Trim('\n');
            if (text.Length == 0)
                continue;
            Dictionary<string, string> fields = Fields(text);
            string key = $"{fields.GetValueOrDefault("Package")?.Trim()}:{fields.GetValueOrDefault("Architecture")?.Trim()}";
            items.Add(new KeyedItem(seen.Add(key) ? key : $"{key} {items.Count}", text + "\n\n"));
        }

        return items;
    }

    /// <summary>The value of a field, without what follows its first line; null when there is none.</summary>
    public static string? Field(string stanza, string name) => Fields(stanza).TryGetValue(name, out string? value) ? value.Split('\n')[0].Trim() : null;

    /// <param name="sideOf">Whose stanza a package has, where files and stanza must come from one side; null where they need not.</param>
    public static MergedText Merge(byte[] before, byte[] ours, byte[] theirs, Func<string, MergeSide?> sideOf) =>
        new KeyedMerge((key, was, a, b) => MergeStanza(key, was, a, b, sideOf(key))).Merge(Parse(before), Parse(ours), Parse(theirs));

    private static (string? Text, string? Note) MergeStanza(string key, string? before, string ours, string theirs, MergeSide? side)
    {
        if (side is { } winner)
        {
            string text = winner == MergeSide.Ours ? ours : theirs;
            return (text, $"{key.TrimEnd(':')} {Field(text, Version)} from {(winner == MergeSide.Ours ? "here" : "there")}, which is newer than {Field(winner == MergeSide.Ours ? theirs : ours, Version)}");
        }

        Dictionary<string, string> old = before is null ? [] : Fields(before), left = Fields(ours), right = Fields(theirs);
        var text2 = new StringBuilder();
        foreach (string name in left.Keys.Union(right.Keys))
        {
            string? a = left.GetValueOrDefault(name), b = right.GetValueOrDefault(name), was = old.GetValueOrDefault(name);
            string? value = a == b || was == b ? a : was == a ? b : null;
            if (value is null && a != b && was != b && was != a)
                return (null, null);
            if (value is not null)
                text2.Append(name).Append(':').Append(value).Append('\n');
        }

        return (text2.Append('\n').ToString(), null);
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
