using System.Text;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;

namespace Mig.Merging.Machines;

/// <summary>
/// Users about whom both sides do not agree as a whole: one removed a user whom the other one changed, or both added one, not alike. That is one conflict, in <c>/etc/passwd</c>; the side that is taken
/// has all of the user: password, groups, private group, subordinate ids.
/// </summary>
internal sealed class AccountSides
{
    private const int MaxSize = 64 << 20;

    private static readonly string[] Tables = ["etc/passwd", "etc/shadow", "etc/group", "etc/gshadow", "etc/subuid", "etc/subgid"];

    private readonly Dictionary<string, MergeSide> _removed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MergeSide> _sides = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _open = new(StringComparer.Ordinal);

    private AccountSides()
    {
    }

    public static AccountSides None { get; } = new();

    /// <summary>The table that the conflicts of users are told of.</summary>
    public static ReadOnlySpan<byte> UsersPath => "etc/passwd"u8;

    /// <summary>Equal for what merges alike.</summary>
    public string Signature => string.Join(' ', _removed.Select(item => $"{item.Key}={item.Value}").Concat(_sides.Select(item => $"{item.Key}:{item.Value}")).Concat(_open.Keys).Order(StringComparer.Ordinal));

    /// <summary>The tables, where users are decided as a whole; none where that is not needed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Paths => _sides.Count == 0 ? [] : Tables.Select(path => new ReadOnlyMemory<byte>(Encoding.Latin1.GetBytes(path)));

    /// <summary>The users who are decided as a whole, and whose side has them.</summary>
    public IReadOnlyDictionary<string, MergeSide> Sides => _sides;

    /// <param name="favored">Whose side the user chose for a name, given what <c>/etc/passwd</c> is to be if that was made by hand; null for a conflict. Asked only where it matters.</param>
    public static AccountSides Find(MergeContents contents, TreeEntry? before, TreeEntry ours, TreeEntry theirs, Func<MergeSide?> favored, Func<byte[]?> made)
    {
        if (before is null)
            return None;
        TreeEntry?[][] files = [.. ((TreeEntry[])[before, ours, theirs]).Select(root => Tables.Select(path => Find(contents, root, path)).ToArray())];
        if (files[1][0] is null || files[2][0] is null || IsSame(files[0], files[1]) || IsSame(files[0], files[2]))
            return None;
        UserTable[] tables = [.. files.Select(side => new UserTable([.. side.Select((file, i) => file is null ? [] : contents.Read(file, Tables[i], MaxSize))]))];
        var sides = new AccountSides();
        foreach (string name in tables.SelectMany(table => table.Users).Distinct())
            sides.Compare(name, tables, favored, made);
        return sides;
    }

    /// <summary>Returns the side that removed a user who is not decided as a whole; null when none did, or both.</summary>
    public MergeSide? WhoRemoved(string user) => !_sides.ContainsKey(user) && _removed.TryGetValue(user, out MergeSide side) ? side : null;

    /// <summary>Returns the side that has the entry of a key, in a table whose entries begin with names of users; null for most.</summary>
    public MergeSide? SideOf(string key) => _sides.Count > 0 && _sides.TryGetValue(key.Split(' ')[0], out MergeSide side) ? side : null;

    /// <summary>Why a user is in conflict, and nobody decided; null when that is not so.</summary>
    public string? ConflictOf(string user) => _open.GetValueOrDefault(user);

    private void Compare(string name, UserTable[] tables, Func<MergeSide?> favored, Func<byte[]?> made)
    {
        (UserTable old, UserTable left, UserTable right) = (tables[0], tables[1], tables[2]);
        bool wasThere = old.Has(name), isHere = left.Has(name), isThere = right.Has(name);
        string conflict;
        if (wasThere && isHere != isThere)
        {
            _removed[name] = isHere ? MergeSide.Theirs : MergeSide.Ours;
            if ((isHere ? left : right).Of(name) == old.Of(name))
                return;
            conflict = $"'{name}' was {(isHere ? "changed here and removed there" : "removed here and changed there")}";
        }
        else if (!wasThere && isHere && isThere && left.Of(name) != right.Of(name))
        {
            conflict = $"'{name}' was added on both sides, not alike";
        }
        else
        {
            return;
        }

        if (favored() is { } side)
        {
            _sides[name] = side;
            return;
        }

        // Made by hand, a table says which side is meant; until then all is as it is here.
        _open[name] = conflict;
        _sides[name] = made() is not { } content ? MergeSide.Ours
            : isHere == isThere ? (content.AsSpan().IndexOf(right.Line(name)) >= 0 && content.AsSpan().IndexOf(left.Line(name)) < 0 ? MergeSide.Theirs : MergeSide.Ours)
            : UserTable.Lists(content, name) == isHere ? MergeSide.Ours : MergeSide.Theirs;
    }

    private static bool IsSame(TreeEntry?[] left, TreeEntry?[] right) => left.Zip(right).All(pair => pair.First?.Sha256 == pair.Second?.Sha256);

    private static TreeEntry? Find(MergeContents contents, TreeEntry root, string path) =>
        TreeLookup.Find(contents.Store, root, Encoding.ASCII.GetBytes(path)) is { Type: TreeEntryType.File, Size: <= MaxSize } file ? file : null;
}
