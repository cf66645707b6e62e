using System.Text;

namespace Mig.Machines.Merging;

/// <summary>A file that is a table, some of whose entries come from one version and the others from another one.</summary>
/// <param name="before">The entries of the one version, in its order.</param>
/// <param name="after">Those of the other.</param>
internal sealed class MixedTable(IReadOnlyList<KeyedItem> before, IReadOnlyList<KeyedItem> after)
{
    /// <summary>The keys of what is not the same in both.</summary>
    public IEnumerable<string> Changed
    {
        get
        {
            Dictionary<string, string> old = Table(before), now = Table(after);
            return old.Keys.Union(now.Keys).Where(key => old.GetValueOrDefault(key) != now.GetValueOrDefault(key));
        }
    }

    /// <summary>Returns the table in the order of the version before; what it has not follows.</summary>
    /// <param name="isAfter">Tells of a key that differs whether its entry is that of the later version.</param>
    public byte[] Mix(Func<string, bool> isAfter)
    {
        Dictionary<string, string> now = Table(after);
        var text = new StringBuilder();
        foreach (KeyedItem item in before)
        {
            string? later = now.GetValueOrDefault(item.Key);
            text.Append(later == item.Text || !isAfter(item.Key) ? item.Text : later);
        }

        HashSet<string> old = [.. before.Select(item => item.Key)];
        foreach (KeyedItem item in after.Where(item => !old.Contains(item.Key) && isAfter(item.Key)))
            text.Append(item.Text);
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static Dictionary<string, string> Table(IReadOnlyList<KeyedItem> items) =>
        items.DistinctBy(item => item.Key).ToDictionary(item => item.Key, item => item.Text, StringComparer.Ordinal);
}
