using System.Text;
using Mig.Machines.Inventories.Systems;

namespace Mig.Machines.Merging;

/// <summary>All that the tables of one side say of each group.</summary>
internal sealed class GroupTable
{
    private const char Separator = ':';

    private readonly Dictionary<string, string> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);
    private readonly HashSet<string> _numbers;

    /// <param name="tables">The tables by their paths.</param>
    public GroupTable(IReadOnlyDictionary<string, byte[]> tables)
    {
        foreach (string line in Lines(tables["etc/group"]))
            _lines.TryAdd(line.Split(Separator)[0], line);
        foreach (string line in Lines(tables["etc/gshadow"]))
            _secrets.TryAdd(line.Split(Separator)[0], line);
        _numbers = [.. Numbers(tables["etc/group"])];
        Users = Lines(tables["etc/passwd"]).Select(static line => line.Split(Separator)).Where(static line => line.Length > 3)
            .DistinctBy(static line => line[0])
            .ToDictionary(static line => line[0], static line => line[3], StringComparer.Ordinal);
    }

    public IEnumerable<string> Groups => _lines.Keys;

    /// <summary>The users, and the numbers of their groups.</summary>
    public IReadOnlyDictionary<string, string> Users { get; }

    public bool Has(string group) => _lines.ContainsKey(group);

    public bool HasNumber(string number) => _numbers.Contains(number);

    /// <summary>Equal where the tables say the same of a group.</summary>
    public string Of(string group) => $"{_lines.GetValueOrDefault(group)}\n{_secrets.GetValueOrDefault(group)}";

    /// <summary>Returns a user whose group it is here, and was not before; null when there is none.</summary>
    public string? NewUserOf(string group, GroupTable before)
    {
        string? number = _lines[group].Split(Separator).ElementAtOrDefault(2);
        return Users.FirstOrDefault(user => user.Value == number && before.Users.GetValueOrDefault(user.Key) != number).Key;
    }

    /// <summary>Returns the numbers of a table of groups.</summary>
    public static IEnumerable<string> Numbers(byte[] table) =>
        Lines(table).Select(static line => line.Split(Separator)).Where(static line => line.Length > 2).Select(static line => line[2]);

    private static IEnumerable<string> Lines(byte[] table) =>
        Encoding.Latin1.GetString(table).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
