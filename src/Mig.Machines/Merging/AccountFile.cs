using System.Globalization;
using System.Text;
using Mig.History.Merging;

namespace Mig.Machines.Merging;

/// <summary>The tables of users and groups, with a line for each. Sources: passwd(5), shadow(5), group(5), gshadow(5), subuid(5).</summary>
/// <param name="setFields">Fields that are lists of users, merged as sets.</param>
/// <param name="numberField">The field with the number that only one line may have; -1 for none.</param>
/// <param name="countField">The field that says how many numbers from there on; -1 for one.</param>
/// <param name="path">Which one it is.</param>
internal sealed class AccountFile(string path, int[] setFields, int numberField, int countField = -1)
{
    private const char Separator = ':';
    private const int MaxClashes = 5;
    private const int MaxNeighbors = 100;

    private static readonly Dictionary<string, AccountFile> Files = new(StringComparer.Ordinal)
    {
        ["etc/passwd"] = new AccountFile("etc/passwd", [], 2),
        ["etc/shadow"] = new AccountFile("etc/shadow", [], -1),
        ["etc/group"] = new AccountFile("etc/group", [3], 2),
        ["etc/gshadow"] = new AccountFile("etc/gshadow", [2, 3], -1),
        ["etc/subuid"] = new AccountFile("etc/subuid", [], 1, 2),
        ["etc/subgid"] = new AccountFile("etc/subgid", [], 1, 2),
    };

    /// <summary>Returns the way to merge a file; null when it is none of these.</summary>
    public static AccountFile? Find(string path) => Files.GetValueOrDefault(path);

    public MergedText Merge(byte[] before, byte[] ours, byte[] theirs, MergeSide? favored, AccountSides accounts)
    {
        (before, ours, theirs) = accounts.Translate(path, before, ours, theirs);
        return MergeTranslated(before, ours, theirs, favored, accounts);
    }

    /// <summary>Merges versions that have been read with the same names and numbers.</summary>
    public MergedText MergeTranslated(byte[] before, byte[] ours, byte[] theirs, MergeSide? favored, AccountSides accounts)
    {
        bool isOfGroups = setFields.Length > 0;
        var merge = new KeyedMerge(favored, (_, was, a, b) => (MergeLine(was, a, b, accounts), null))
        {
            SideOf = key => accounts.SideOf(key) ?? (isOfGroups ? accounts.SideOfGroup(key) : null),
            ConflictOf = path switch
            {
                AccountSides.UsersPath => accounts.ConflictOf,
                AccountSides.GroupsPath =>
                accounts.ConflictOfGroup,
                _ => static _ => null
            },
            Fits = (was, now, side) => setFields.All(field =>
                !HasNew(Field(was, field), Field(now, field) ?? "", accounts, side == MergeSide.Ours ? MergeSide.Theirs : MergeSide.Ours)),
        };
        MergedText merged = merge.Merge(Parse(before), Parse(ours), Parse(theirs));
        if (accounts.Sides.Count > 0 && isOfGroups)
            merged = merged with { Text = PlaceMembers(merged.Text, ours, theirs, accounts) };
        return merged with { Clash = FindClash(merged.Text, ours, theirs, accounts) };
    }

    /// <summary>
    /// Finds entries that have numbers in common, though neither side has both (files belong to numbers, and what two names share belongs
    /// to neither), and users whose group is gone.
    /// </summary>
    /// <returns>Null when there are none.</returns>
    public string? FindClash(byte[] merged, byte[] ours, byte[] theirs, AccountSides accounts)
    {
        if (numberField < 0)
            return null;
        HashSet<Numbers> left = [.. Ranges(ours)], right = [.. Ranges(theirs)];
        List<Numbers> all = [.. Ranges(merged).OrderBy(range => range.First)];
        var clashes = new List<string>();
        for (int i = 0; i < all.Count && clashes.Count < MaxClashes; i++)
        {
            for (int j = i + 1; j < all.Count && j <= i + MaxNeighbors && all[j].First < all[i].First + all[i].Count; j++)
            {
                (Numbers a, Numbers b) = (all[i], all[j]);
                bool isOld = (left.Contains(a) && left.Contains(b)) || (right.Contains(a) && right.Contains(b));
                if (isOld || a.User == b.User)
                    continue;
                if (!left.Contains(a))
                    (a, b) = (b, a);
                string what = a.Count > 1 || b.Count > 1
                    ? $"ranges that overlap at {Math.Max(a.First, b.First)}"
                    : $"the same number {a.First}";
                clashes.Add($"'{a.User}' here and '{b.User}' there have {what}");
            }
        }

        if (path == AccountSides.UsersPath && accounts.FindStranded(merged) is { } stranded)
            clashes.Add(stranded);
        return clashes.Count == 0 ? null : string.Join("; ", clashes);
    }

    // Users who are decided as a whole are in those groups in which their side has them.
    private byte[] PlaceMembers(byte[] merged, byte[] ours, byte[] theirs, AccountSides accounts)
    {
        Dictionary<string, string[]> left = Fields(ours), right = Fields(theirs);
        var text = new StringBuilder();
        foreach (string line in Encoding.Latin1.GetString(merged).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(Separator);
            foreach (int field in setFields.Where(field => field < fields.Length))
            {
                List<string> members = [.. Names(fields[field])];
                foreach ((string user, MergeSide side) in accounts.Sides)
                {
                    bool isMember = (side == MergeSide.Ours ? left : right).TryGetValue(fields[0], out string[]? there)
                        && field < there.Length && Names(there[field]).Contains(user);
                    if (!isMember)
                        members.Remove(user);
                    else if (!members.Contains(user))
                        members.Add(user);
                }

                fields[field] = string.Join(',', members);
            }

            text.Append(string.Join(Separator, fields)).Append('\n');
        }

        return Encoding.Latin1.GetBytes(text.ToString());

        static Dictionary<string, string[]> Fields(byte[] table) =>
            Encoding.Latin1.GetString(table).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(Separator))
                .DistinctBy(line => line[0]).ToDictionary(line => line[0], StringComparer.Ordinal);
    }

    // A name may stand there again, as for several ranges of subordinate ids; it is known by how often it came.
    public static IReadOnlyList<KeyedItem> Parse(byte[] content)
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

    private string? MergeLine(string? before, string ours, string theirs, AccountSides accounts)
    {
        string[] a = ours.TrimEnd('\n').Split(Separator), b = theirs.TrimEnd('\n').Split(Separator), old = before?.TrimEnd('\n')
            .Split(Separator) ?? [];
        if (a.Length != b.Length || (before is not null && old.Length != a.Length))
            return null;
        for (int i = 0; i < a.Length; i++)
        {
            string? was = before is null ? null : old[i];
            bool isSet = Array.IndexOf(setFields, i) >= 0;
            if (isSet && (HasNew(was, a[i], accounts, MergeSide.Theirs) || HasNew(was, b[i], accounts, MergeSide.Ours)))
                return null;
            if (a[i] == b[i] || was == b[i])
                continue;
            if (was == a[i])
                a[i] = b[i];
            else if (isSet)
                a[i] = MergeSet(was ?? "", a[i], b[i]);
            else
                return null;
        }

        return string.Join(Separator, a) + "\n";
    }

    private static string? Field(string? line, int field) => line?.TrimEnd('\n').Split(Separator).ElementAtOrDefault(field);

    // A member who came on one side, and whom the other one removed from the machine.
    private static bool HasNew(string? before, string members, AccountSides accounts, MergeSide remover) =>
        Names(members).Except(Names(before ?? "")).Any(name => accounts.WhoRemoved(name) == remover);

    private static string MergeSet(string before, string ours, string theirs)
    {
        string[] left = Names(ours), right = Names(theirs);
        HashSet<string> old = [.. Names(before)], here = [.. left], there = [.. right];
        return string.Join(',', left.Where(name => there.Contains(name) || !old.Contains(name))
            .Concat(right.Where(name => !here.Contains(name) && !old.Contains(name))));
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private IEnumerable<Numbers> Ranges(byte[] content)
    {
        foreach (string line in Encoding.Latin1.GetString(content).Split('\n'))
        {
            string[] fields = line.Split(Separator);
            if (fields.Length <= Math.Max(numberField, countField)
                || !uint.TryParse(fields[numberField], NumberStyles.None, CultureInfo.InvariantCulture, out uint first))
                continue;
            uint count = 1;
            if (countField < 0 || uint.TryParse(fields[countField], NumberStyles.None, CultureInfo.InvariantCulture, out count))
                yield return new Numbers(fields[0], first, count);
        }
    }

    private readonly record struct Numbers(string User, long First, long Count);
}
