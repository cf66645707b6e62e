using System.Text;
using Mig.Machines.Inventories.Systems;

namespace Mig.Machines.Merging;

/// <summary>All that the tables of one side say of each user.</summary>
internal sealed class UserTable
{
    private const char Separator = ':';

    private readonly Dictionary<string, StringBuilder> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _lines = new(StringComparer.Ordinal);

    /// <param name="tables">passwd, shadow, group, gshadow, subuid, subgid.</param>
    public UserTable(IReadOnlyList<byte[]> tables)
    {
        foreach (string line in Lines(tables[0]))
            _lines.TryAdd(line.Split(Separator)[0], line + "\n");
        for (int table = 0; table < tables.Count; table++)
        {
            bool isGroup = table is 2 or 3;
            foreach (string line in Lines(tables[table]))
            {
                string[] fields = line.Split(Separator);
                Add(fields[0], table, isGroup ? string.Join(Separator, fields[..Math.Min(fields.Length, 3)]) : line);
                if (!isGroup)
                    continue;

                // Administrators of a group are told from members.
                for (int field = 2; field < fields.Length; field++)
                {
                    foreach (string member in (table == 2 && field == 2) ? [] : fields[field]
                        .Split(',', StringSplitOptions.RemoveEmptyEntries))
                        Add(member, table, $"{fields[0]} {field}");
                }
            }
        }
    }

    public IEnumerable<string> Users => _lines.Keys;

    public bool Has(string user) => _lines.ContainsKey(user);

    /// <summary>The line of a user in passwd.</summary>
    public byte[] Line(string user) => Encoding.Latin1.GetBytes(_lines[user]);

    /// <summary>Equal where all tables say the same of a user.</summary>
    public string Of(string user) => _entries.TryGetValue(user, out StringBuilder? text) ? text.ToString() : "";

    /// <summary>Tells whether a table has a user.</summary>
    public static bool Lists(byte[] passwd, string user) => Lines(passwd).Any(line => line.Split(Separator)[0] == user);

    private static IEnumerable<string> Lines(byte[] table) =>
        Encoding.Latin1.GetString(table).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private void Add(string user, int table, string what)
    {
        if (!_entries.TryGetValue(user, out StringBuilder? text))
            _entries[user] = text = new StringBuilder();
        text.Append(table).Append(' ').Append(what).Append('\n');
    }
}
