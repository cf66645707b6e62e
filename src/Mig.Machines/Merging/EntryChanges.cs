namespace Mig.Machines.Merging;

/// <summary>Says what one side did to the entries of a table.</summary>
internal static class EntryChanges
{
    private const int MaxNamed = 5;

    /// <returns>Such as <c>added 'alice', removed 'bob'</c>; empty when only the order is another.</returns>
    public static string Describe(IReadOnlyList<KeyedItem> before, IReadOnlyList<KeyedItem> after)
    {
        Dictionary<string, string> old = Table(before), now = Table(after);
        string[] parts =
        [
            Name("added", now.Keys.Where(key => !old.ContainsKey(key))),
            Name("changed", now.Keys.Where(key => old.TryGetValue(key, out string? was) && was != now[key])),
            Name("removed", old.Keys.Where(key => !now.ContainsKey(key))),
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private static Dictionary<string, string> Table(IReadOnlyList<KeyedItem> items)
    {
        var table = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (KeyedItem item in items)
            table[item.Key] = item.Text;
        return table;
    }

    // Sets have a whole entry for a key, which ends in a line break.
    private static string Name(string what, IEnumerable<string> keys)
    {
        List<string> names = [.. keys.Select(key => $"'{key.TrimEnd('\n')}'")];
        return names.Count == 0 ? ""
            : $"{what} {string.Join(", ", names.Take(MaxNamed))}{(names.Count > MaxNamed ? $" and {names.Count - MaxNamed} more" : "")}";
    }
}
