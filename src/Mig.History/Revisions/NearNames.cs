namespace Mig.History.Revisions;

/// <summary>Finds what someone may have meant.</summary>
public static class NearNames
{
    private const int MostDistance = 2;
    private const int MostNames = 3;

    /// <summary>Returns <c> Did you mean 'main'?</c>, or nothing when no name is near.</summary>
    public static string Suggest(string wanted, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        List<string> near = Find(wanted, names);
        return near.Count == 0 ? "" : $" Did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?";
    }

    /// <summary>Returns the names at most two edits away, nearest first.</summary>
    public static List<string> Find(string wanted, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return [.. names.Distinct()
            .Select(name => (Name: name, Distance: Distance(wanted, name)))
            .Where(n => n.Distance <= MostDistance && n.Distance < Math.Max(n.Name.Length, wanted.Length))
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal)
            .Take(MostNames).Select(n => n.Name)];
    }

    /// <summary>Counts the insertions, deletions, replacements and swaps of neighbours between two texts; 3 stands for more.</summary>
    public static int Distance(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (Math.Abs(left.Length - right.Length) > MostDistance)
            return MostDistance + 1;
        int[] beforeLast = new int[right.Length + 1];
        int[] last = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int[] row = new int[right.Length + 1];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                bool same = left[i - 1] == right[j - 1];
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last) = (last, row);
        }

        return Math.Min(last[right.Length], MostDistance + 1);
    }
}
