using System.Text;

namespace Mig.Merging.Machines;

/// <summary>The tables of users and groups, with a line for each. Sources: passwd(5), shadow(5), group(5), gshadow(5), subuid(5).</summary>
/// <param name="setFields">Fields that are lists of names, merged as sets.</param>
/// <param name="numberField">The field with the number that only one line may have; -1 for none.</param>
internal sealed class AccountFile(int[] setFields, int numberField)
{
    private const char Separator = ':';

    private static readonly Dictionary<string, AccountFile> Files = new(StringComparer.Ordinal)
    {
        ["etc/passwd"] = new AccountFile([], 2),
        ["etc/shadow"] = new AccountFile([], -1),
        ["etc/group"] = new AccountFile([3], 2),
        ["etc/gshadow"] = new AccountFile([2, 3], -1),
        ["etc/subuid"] = new AccountFile([], 1),
        ["etc/subgid"] = new AccountFile([], 1),
    };

    /// <summary>Returns the way to merge a file; null when it is none of these.</summary>
    public static AccountFile? Find(string path) => Files.GetValueOrDefault(path);

    public MergedText Merge(byte[] before, byte[] ours, byte[] theirs)
    {
        IReadOnlyList<KeyedItem> old = Parse(before), left = Parse(ours), right = Parse(theirs);
        var merge = new KeyedMerge((_, was, a, b) => (MergeLine(was, a, b), null));
        MergedText merged = merge.Merge(old, left, right);
        return FindClash(old, left, right) is { } clash ? merged with { Conflict = merged.Conflict is null ? clash : $"{merged.Conflict}; {clash}" } : merged;
    }

    // A name may stand there again, as for several ranges of subordinate ids; it is known by how often it came.
    private static List<KeyedItem> Parse(byte[] content)
    {
        var items = new List<KeyedItem>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string line in Encoding.Latin1.GetString(content).Split('\n'))
        {
            if (line.Length == 0)
                continue;
            string key = line.Split(Separator)[0];
            seen[key] = seen.GetValueOrDefault(key) + 1;
            items.Add(new KeyedItem(seen[key] == 1 ? key : $"{key} {seen[key]}", line + "\n"));
        }

        return items;
    }

    private string? MergeLine(string? before, string ours, string theirs)
    {
        string[] a = ours.TrimEnd('\n').Split(Separator), b = theirs.TrimEnd('\n').Split(Separator), old = before?.TrimEnd('\n').Split(Separator) ?? [];
        if (a.Length != b.Length || (before is not null && old.Length != a.Length))
            return null;
        for (int i = 0; i < a.Length; i++)
        {
            string? was = before is null ? null : old[i];
            if (a[i] == b[i] || was == b[i])
                continue;
            if (was == a[i])
                a[i] = b[i];
            else if (Array.IndexOf(setFields, i) >= 0)
                a[i] = MergeSet(was ?? "", a[i], b[i]);
            else
                return null;
        }

        return string.Join(Separator, a) + "\n";
    }

    private static string MergeSet(string before, string ours, string theirs)
    {
        string[] left = Names(ours), right = Names(theirs);
        HashSet<string> old = [.. Names(before)], here = [.. left], there = [.. right];
        return string.Join(',', left.Where(name => there.Contains(name) || !old.Contains(name)).Concat(right.Where(name => !here.Contains(name) && !old.Contains(name))));
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    // Files belong to numbers: what two names share belongs to neither.
    private string? FindClash(IReadOnlyList<KeyedItem> before, IReadOnlyList<KeyedItem> ours, IReadOnlyList<KeyedItem> theirs)
    {
        if (numberField < 0)
            return null;
        HashSet<string> old = [.. before.Select(item => item.Key)], left = [.. ours.Select(item => item.Key)], right = [.. theirs.Select(item => item.Key)];
        Dictionary<string, string> numbers = new(StringComparer.Ordinal);
        foreach (KeyedItem item in ours.Where(item => !old.Contains(item.Key) && !right.Contains(item.Key)))
        {
            if (Number(item) is { } number)
                numbers[number] = item.Key;
        }

        foreach (KeyedItem item in theirs.Where(item => !old.Contains(item.Key) && !left.Contains(item.Key)))
        {
            if (Number(item) is { } number && numbers.TryGetValue(number, out string? other))
                return $"'{other}' here and '{item.Key}' there are new and have the same number {number}";
        }

        return null;
    }

    private string? Number(KeyedItem item) => item.Text.TrimEnd('\n').Split(Separator) is { } fields && fields.Length > numberField ? fields[numberField] : null;
}
