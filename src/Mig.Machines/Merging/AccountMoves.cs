using System.Globalization;
using System.Text;
using Mig.History.Trees;

namespace Mig.Machines.Merging;

/// <summary>
/// Users and groups that one side gave another name or number, while the other side has them as they were. What the other side says of them
/// is read with what they are now, as if it had been done afterwards.
/// </summary>
internal sealed class AccountMoves
{
    private const char Separator = ':';
    private const int MinPasswordLength = 5;

    private readonly Dictionary<string, string> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, uint> _uids = [];
    private readonly Dictionary<uint, uint> _gids = [];

    public bool IsEmpty => _users.Count + _groups.Count + _uids.Count + _gids.Count == 0;

    public bool HasNumbers => _uids.Count + _gids.Count > 0;

    /// <summary>Equal for what reads alike.</summary>
    public string Signature => string.Join(
        ' ', _users.Concat(_groups).Select(item => $"{item.Key}>{item.Value}").Concat(_uids.Select(item => $"u{item.Key}>{item.Value}"))
        .Concat(_gids.Select(item => $"g{item.Key}>{item.Value}")).Order(StringComparer.Ordinal));

    /// <param name="before">passwd, shadow, subuid and the other tables by their paths, as all three of the parameters.</param>
    /// <param name="now">Those of the side whose moves are found.</param>
    /// <param name="other">Those of the other side.</param>
    public static AccountMoves Find(
        IReadOnlyDictionary<string, byte[]> before, IReadOnlyDictionary<string, byte[]> now, IReadOnlyDictionary<string, byte[]> other)
    {
        var moves = new AccountMoves();
        Dictionary<string, string[]> users = Table(now, "etc/passwd"), secrets = Table(now, "etc/shadow"),
            oldSecrets = Table(before, "etc/shadow");
        Dictionary<string, string[]> oldUsers = Table(before, "etc/passwd"), groups = Table(now, "etc/group");
        Compare(oldUsers, users, Table(other, "etc/passwd"), moves._users, moves._uids, (old, name) =>
            IsSameUser(oldSecrets.GetValueOrDefault(old), secrets.GetValueOrDefault(name)));
        Compare(Table(before, "etc/group"), groups, Table(other, "etc/group"), moves._groups, moves._gids, IsSameGroup);
        return moves;

        // Names come and go, and numbers are given again: the same number alone is not the same group. One that is somebody's group cannot
        // be removed, and nobody makes a new one with all members of the old.
        bool IsSameGroup(string old, string name) => groups[name] is [_, _, var number, var members, ..]
            && ((members.Length > 0 && Table(before, "etc/group")[old] is [_, _, _, var had, ..] && had == members)
            || oldUsers.Any(user => user.Value.Length > 3 && user.Value[3] == number && users.TryGetValue(user.Key, out string[]? still)
                && still.Length > 3 && still[3] == number));
    }

    /// <summary>Reads a table of the other side, or of what both come from, as if the moves had been done in it.</summary>
    public byte[] Apply(string path, byte[] table)
    {
        if (IsEmpty)
            return table;
        bool isGroups = path is "etc/group" or "etc/gshadow";
        var text = new StringBuilder();
        foreach (string line in Encoding.Latin1.GetString(table).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(Separator);
            fields[0] = (isGroups ? _groups : _users).GetValueOrDefault(fields[0], fields[0]);
            for (int field = path == "etc/group" ? 3 : 2; isGroups && field < fields.Length; field++)
                fields[field] = string.Join(',', fields[field].Split(',').Select(name => _users.GetValueOrDefault(name, name)));
            if (path == "etc/passwd" && fields.Length > 3 && Number(fields[3]) is { } gid && _gids.TryGetValue(gid, out uint moved))
                fields[3] = moved.ToString(CultureInfo.InvariantCulture);
            text.Append(string.Join(Separator, fields)).Append('\n');
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    /// <summary>Gives what the other side made, or gave to somebody, to who that is now.</summary>
    /// <param name="before">Null when it was not there.</param>
    public TreeEntry Apply(TreeEntry? before, TreeEntry after)
    {
        ArgumentNullException.ThrowIfNull(after);
        if (after.Type == TreeEntryType.HardLink)
            return after;
        uint uid = before?.Uid == after.Uid ? after.Uid : _uids.GetValueOrDefault(after.Uid, after.Uid), gid = before?.Gid == after.Gid
            ? after.Gid : _gids.GetValueOrDefault(after.Gid, after.Gid);
        return uid == after.Uid && gid == after.Gid ? after : after with { Uid = uid, Gid = gid };
    }

    private static void Compare(
        Dictionary<string, string[]> before,
        Dictionary<string, string[]> now,
        Dictionary<string, string[]> other,
        Dictionary<string, string> names,
        Dictionary<uint, uint> numbers,
        Func<string, string, bool> isSame)
    {
        ILookup<uint?, string> owners = before.ToLookup(item => NumberOf(item.Value), item => item.Key);
        foreach ((string name, string[] old) in before)
        {
            if (NumberOf(old) is not { } number || owners[number].Skip(1).Any() || !other.TryGetValue(name, out string[]? there))
                continue;
            if (now.TryGetValue(name, out string[]? here))
            {
                if (NumberOf(here) is { } moved && moved != number && NumberOf(there) == number)
                    numbers[number] = moved;
            }
            else if (now.Where(item => NumberOf(item.Value) == number).ToList() is [{ Key: var renamed }] && !before.ContainsKey(renamed)
                && !other.ContainsKey(renamed) && isSame(name, renamed))
            {
                names[name] = renamed;
            }
        }
    }

    // Whoever is added has no password, or one of his own.
    private static bool IsSameUser(string[]? old, string[]? now) =>
        old is [_, { Length: >= MinPasswordLength } password, ..] && now?.Length > 1 && now[1] == password;

    private static Dictionary<string, string[]> Table(IReadOnlyDictionary<string, byte[]> tables, string path) =>
        Encoding.Latin1.GetString(tables[path]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(Separator))
            .DistinctBy(line => line[0]).ToDictionary(line => line[0], StringComparer.Ordinal);

    private static uint? NumberOf(string[] fields) => fields.Length > 2 ? Number(fields[2]) : null;

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;
}
