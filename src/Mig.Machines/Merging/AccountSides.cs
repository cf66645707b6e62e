using System.Text;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Inventories.Systems;

namespace Mig.Machines.Merging;

/// <summary>
/// Users and groups about which both sides do not agree as a whole: one removed what the other one changed, or both added one, not alike.
/// That is one conflict, in <c>/etc/passwd</c> or <c>/etc/group</c>; the side that is taken has all of the user (password, groups, private
/// group, subordinate ids), and of the group. What one side renamed, or gave another number, is the same for both.
/// </summary>
internal sealed class AccountSides
{
    private const int MaxSize = 64 << 20;

    private static readonly string[] Tables = ["etc/passwd", "etc/shadow", "etc/group", "etc/gshadow", "etc/subuid", "etc/subgid"];

    private readonly Dictionary<string, MergeSide> _removed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MergeSide> _sides = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _open = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MergeSide> _groupSides = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _openGroups = new(StringComparer.Ordinal);
    private readonly Dictionary<MergeSide, AccountMoves> _moves =
        new() { [MergeSide.Ours] = new AccountMoves(), [MergeSide.Theirs] = new AccountMoves() };
    private readonly HashSet<(string User, string Group)> _stranded = [];

    private AccountSides()
    {
    }

    public static AccountSides None { get; } = new();

    /// <summary>The table that the conflicts of users are told of.</summary>
    public const string UsersPath = "etc/passwd";

    /// <summary>The table that the conflicts of groups are told of.</summary>
    public const string GroupsPath = "etc/group";

    /// <summary>Equal for what merges alike.</summary>
    public string Signature => string.Join(' ', _removed.Select(item => $"{item.Key}={item.Value}")
        .Concat(_sides.Select(item => $"{item.Key}:{item.Value}")).Concat(_open.Keys)
        .Concat(_groupSides.Select(item => $"{item.Key}::{item.Value}")).Concat(_openGroups.Keys.Select(static name => $":{name}"))
            .Concat(_stranded.Select(item => $"{item.User}-{item.Group}")).Order(StringComparer.Ordinal))
        + $" {_moves[MergeSide.Ours].Signature}|{_moves[MergeSide.Theirs].Signature}";

    /// <summary>Whether the tables are merged even where one side alone changed one of them.</summary>
    public bool Decides => _sides.Count + _groupSides.Count + _stranded.Count > 0 || _moves.Values.Any(static moves => !moves.IsEmpty);

    /// <summary>The tables, where users and groups are decided as a whole; none where that is not needed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Paths =>
        Decides ? Tables.Select(path => new ReadOnlyMemory<byte>(Encoding.Latin1.GetBytes(path))) : [];

    /// <summary>The users who are decided as a whole, and whose side has them.</summary>
    public IReadOnlyDictionary<string, MergeSide> Sides => _sides;

    /// <param name="favored">Whose side the user chose for a table; null for a conflict. Asked only where it matters.</param>
    /// <param name="made">What a table is to be, if that was made by hand.</param>
    public static AccountSides Find(MergeContents contents, TreeEntry? before, TreeEntry ours, TreeEntry theirs,
        Func<string, MergeSide?> favored, Func<string, byte[]?> made)
    {
        if (before is null)
            return None;
        TreeEntry?[][] files = [.. ((TreeEntry[])[before, ours, theirs])
            .Select(root => Tables.Select(path => Find(contents, root, path)).ToArray())];
        if (files[1][0] is null || files[2][0] is null || (IsSame(files[0], files[1]) && IsSame(files[0], files[2])))
            return None;
        Dictionary<string, byte[]>[] texts =
            [.. files.Select(side => Tables.Zip(side)
            .ToDictionary(pair => pair.First, pair => pair.Second is null ? [] : contents.Read(pair.Second, pair.First, MaxSize)))];
        var sides = new AccountSides();
        sides._moves[MergeSide.Ours] = AccountMoves.Find(texts[0], texts[1], texts[2]);
        sides._moves[MergeSide.Theirs] = AccountMoves.Find(texts[0], texts[2], texts[1]);
        if (IsSame(files[0], files[1]) || IsSame(files[0], files[2]))
            return sides;
        foreach (string path in Tables)
            (texts[0][path], texts[1][path], texts[2][path]) = sides.Translate(path, texts[0][path], texts[1][path], texts[2][path]);
        UserTable[] tables = [.. texts.Select(side => new UserTable([.. Tables.Select(path => side[path])]))];
        foreach (string name in tables.SelectMany(table => table.Users).Distinct())
            sides.Compare(name, tables, () => made(UsersPath) is null ? favored(UsersPath) : null, () => made(UsersPath));
        GroupTable[] groups = [.. texts.Select(side => new GroupTable(side))];
        foreach (string name in groups.SelectMany(table => table.Groups).Distinct().Where(name => !sides._sides.ContainsKey(name)))
            sides.CompareGroup(name, groups, () => made(GroupsPath) is null ? favored(GroupsPath) : null, () => made(GroupsPath));
        byte[] merged = made(GroupsPath) ?? AccountFile.Find(GroupsPath)!.MergeTranslated(
            texts[0][GroupsPath], texts[1][GroupsPath], texts[2][GroupsPath], favored(GroupsPath), sides).Text;
        sides.FindStranded(groups, merged);
        return sides;
    }

    /// <summary>Reads the versions of a table as if what either side renamed and gave new numbers had been so in all of them.</summary>
    public (byte[] Before, byte[] Ours, byte[] Theirs) Translate(string path, byte[] before, byte[] ours, byte[] theirs) =>
        (_moves[MergeSide.Theirs].Apply(path, _moves[MergeSide.Ours].Apply(path, before)), _moves[MergeSide.Theirs].Apply(path, ours),
            _moves[MergeSide.Ours].Apply(path, theirs));

    /// <summary>What a side did with the names and numbers of users and groups that the other side has as they were.</summary>
    public AccountMoves Moves(MergeSide side) => _moves[side];

    /// <summary>
    /// Returns the users of a table whose group is not there any more, though their side has it; null when there are none.
    /// </summary>
    public string? FindStranded(byte[] passwd)
    {
        string[] stranded = [.. Encoding.Latin1.GetString(passwd).Split('\n').Select(line => line.Split(':'))
            .Where(line => line.Length > 3 && _stranded.Contains((line[0], line[3])))
            .Select(line => $"'{line[0]}' has the group {line[3]}, which the other side removed").Distinct()];
        return stranded.Length == 0 ? null : string.Join("; ", stranded.Take(5));
    }

    /// <summary>Returns the side that removed a user who is not decided as a whole; null when none did, or both.</summary>
    public MergeSide? WhoRemoved(string user) => !_sides.ContainsKey(user) && _removed.TryGetValue(user, out MergeSide side) ? side : null;

    /// <summary>Returns the side that has the entry of a key, in a table whose entries begin with names of users; null for most.</summary>
    public MergeSide? SideOf(string key) => _sides.Count > 0 && _sides.TryGetValue(key.Split(' ')[0], out MergeSide side) ? side : null;

    /// <summary>Returns the side that has a group, in the tables of groups; null for most.</summary>
    public MergeSide? SideOfGroup(string group) =>
        _groupSides.Count > 0 && _groupSides.TryGetValue(group, out MergeSide side) ? side : null;

    /// <summary>Why a group is in conflict, and nobody decided; null when that is not so.</summary>
    public string? ConflictOfGroup(string group) => _openGroups.GetValueOrDefault(group);

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
            : isHere == isThere ? (content.AsSpan().IndexOf(right.Line(name)) >= 0 && content.AsSpan().IndexOf(left.Line(name)) < 0
                ? MergeSide.Theirs : MergeSide.Ours)
            : UserTable.Lists(content, name) == isHere ? MergeSide.Ours : MergeSide.Theirs;
    }

    private void CompareGroup(string name, GroupTable[] tables, Func<MergeSide?> favored, Func<byte[]?> made)
    {
        (GroupTable old, GroupTable left, GroupTable right) = (tables[0], tables[1], tables[2]);
        bool isHere = left.Has(name);
        if (!old.Has(name) || isHere == right.Has(name))
            return;
        GroupTable keeper = isHere ? left : right;
        string? user = keeper.NewUserOf(name, old);
        if (keeper.Of(name) == old.Of(name) && user is null)
            return;
        if (favored() is { } side)
        {
            _groupSides[name] = side;
            return;
        }

        _openGroups[name] = user is null ? $"'{name}' was {(isHere ? "changed here and removed there" : "removed here and changed there")}"
            : isHere ? $"'{name}' is the group of '{user}' here and was removed there"
                : $"'{name}' was removed here and is the group of '{user}' there";
        _groupSides[name] = made() is not { } content || UserTable.Lists(content, name) == isHere ? MergeSide.Ours : MergeSide.Theirs;
    }

    // Users of either side whose group their side has, and the merged machine has not.
    private void FindStranded(GroupTable[] tables, byte[] merged)
    {
        HashSet<string> numbers = [.. GroupTable.Numbers(merged)];
        foreach (GroupTable side in tables.Skip(1))
        {
            foreach ((string user, string group) in side.Users.Where(user =>
                !_open.ContainsKey(user.Key) && side.HasNumber(user.Value) && !numbers.Contains(user.Value)))
                _stranded.Add((user, group));
        }
    }

    private static bool IsSame(TreeEntry?[] left, TreeEntry?[] right) =>
        left.Zip(right).All(pair => pair.First?.Sha256 == pair.Second?.Sha256);

    private static TreeEntry? Find(MergeContents contents, TreeEntry root, string path) =>
        TreeLookup.Find(contents.Store, root, Encoding.ASCII.GetBytes(path)) is { Type: TreeEntryType.File, Size: <= MaxSize } file ? file
            : null;
}
