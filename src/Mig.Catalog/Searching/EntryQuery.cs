using System.Text;
using Mig.Catalog.Sqlite;
using Mig.Core;
using Mig.History.Trees;

namespace Mig.Catalog.Searching;

/// <summary>Finds the rows of entries that meet conditions, wherever they stand.</summary>
internal sealed class EntryQuery(SqliteDatabase database, EntryConditions conditions)
{
    private const string Columns = "id, name, type, mode, uid, gid, seconds, nanoseconds, size, target, sha256";
    private const string IsHardLink = "type = 7";
    private const string IsNoHardLink = "type <> 7";

    /// <summary>Entries with something of their own that meet all conditions but those of the whole path.</summary>
    public IEnumerable<EntryRow> FindEntries() => conditions.Contents is { } contents
        ? contents.SelectMany(content => Read($"substr(sha256, 1, 8) = ?1 AND sha256 = ?2 AND {Metadata()} AND {Name()}", content))
            .Where(row => IsNamed(row.Name))
        : Read($"{IsNoHardLink} AND {Metadata()} AND {Name()}").Where(row => IsNamed(row.Name));

    /// <summary>Entries that meet all conditions but those of name and path, and have one of some names.</summary>
    public IEnumerable<EntryRow> FindEntries(IReadOnlySet<string> latinNames) =>
        Read($"{IsNoHardLink} AND {Metadata()} AND {Contents()}", isWanted: name => latinNames.Contains(Encoding.Latin1.GetString(name)))
        .Where(row => conditions.Contents is null || (row.Entry.Sha256 is { } sha256 && conditions.Contents.Contains(sha256)));

    /// <summary>Hard links whose own name meets the conditions.</summary>
    public IEnumerable<EntryRow> FindLinks() => Read($"{IsHardLink} AND {Name()}").Where(row => IsNamed(row.Name));

    /// <summary>Hard links to a path.</summary>
    /// <param name="target">From the root, with a slash before it.</param>
    public IEnumerable<EntryRow> FindLinksTo(byte[] target)
    {
        var rows = new List<EntryRow>();
        SqliteStatement statement = database.Prepare($"SELECT {Columns} FROM entries WHERE {IsHardLink} AND target = ?").Bind(1, target);
        while (statement.Step())
            rows.Add(ReadRow(statement));
        statement.Reset();
        return rows;
    }

    /// <summary>What all hard links lead to, each path once.</summary>
    public IEnumerable<byte[]> LinkTargets()
    {
        SqliteStatement statement = database.Prepare($"SELECT DISTINCT target FROM entries WHERE {IsHardLink}");
        while (statement.Step())
            yield return statement.Bytes(0).ToArray();
        statement.Reset();
    }

    private bool IsNamed(byte[] name) => conditions.Names.Count == 0 || conditions.Names.Any(glob => glob.IsMatch(name));

    private List<EntryRow> Read(string where, ObjectId? content = null, Func<ReadOnlySpan<byte>, bool>? isWanted = null)
    {
        var rows = new List<EntryRow>();
        SqliteStatement statement = database.Prepare($"SELECT {Columns} FROM entries WHERE {where}");
        if (content is { } sha256)
        {
            byte[] bytes = sha256.ToArray();
            _ = statement.Bind(1, bytes.AsSpan(0, 8)).Bind(2, bytes);
        }

        while (statement.Step())
        {
            if (isWanted is null || isWanted(statement.Bytes(1)))
                rows.Add(ReadRow(statement));
        }

        statement.Reset();
        return rows;
    }

    private static EntryRow ReadRow(SqliteStatement row)
    {
        byte[] name = row.Bytes(1).ToArray();
        ReadOnlySpan<byte> sha256 = row.Bytes(10);
        return new EntryRow(row.Integer(0), name, new TreeEntry
        {
            Name = name,
            Type = (TreeEntryType)row.Integer(2),
            Mode = (int)row.Integer(3),
            Uid = (uint)row.Integer(4),
            Gid = (uint)row.Integer(5),
            ModifiedTime = new Timestamp(row.Integer(6), (int)row.Integer(7)),
            Size = row.Integer(8),
            LinkTarget = row.Bytes(9).ToArray(),
            Sha256 = sha256.Length == ObjectId.Size ? new ObjectId(sha256) : null,
        });
    }

    private string Contents() => conditions.Contents is null ? "1" : "sha256 IS NOT NULL";

    private string Metadata()
    {
        var parts = new List<string> { "1" };
        Add("size", conditions.Sizes);
        Add("seconds", conditions.ModifiedTimes);
        if (conditions.Sizes != ValueRange.All)
            parts.Add($"type = {(int)TreeEntryType.File}");
        if (conditions.Uid is { } uid)
            parts.Add($"uid = {uid}");
        if (conditions.Gid is { } gid)
            parts.Add($"gid = {gid}");
        if (conditions.Type is { } type)
            parts.Add($"type = {(int)type}");
        if (conditions.Mode is { } mode)
        {
            parts.Add(mode.Match switch
            {
                ModeMatch.All => $"mode & {mode.Bits} = {mode.Bits}",
                ModeMatch.Any => mode.Bits == 0 ? "1" : $"mode & {mode.Bits} <> 0",
                _ => $"mode = {mode.Bits}",
            });
        }

        return string.Join(" AND ", parts);

        void Add(string column, ValueRange range)
        {
            if (range.From != long.MinValue)
                parts.Add($"{column} >= {range.From}");
            if (range.To != long.MaxValue)
                parts.Add($"{column} <= {range.To}");
        }
    }

    // What SQLite can sort out at once: names without a piece that they must have. The patterns themselves decide.
    private string Name()
    {
        string[] alternatives = [.. conditions.Names.Select(glob =>
            Part(glob.IsLiteral ? "name = {0}" : "instr(name, {0}) > 0", glob.LongestLiteral))];
        string names = alternatives.Length == 0 ? "1" : $"({string.Join(" OR ", alternatives)})";
        string[] ends = [.. conditions.Paths.Select(glob => PathEnd(glob))];
        return ends.Length == 0 ? names : $"{names} AND ({string.Join(" OR ", ends)})";
    }

    // The name is what follows the last slash, so it ends as the path does.
    private static string PathEnd(Glob glob)
    {
        ReadOnlyMemory<byte> end = glob.LiteralEnd;
        int slash = end.Span.LastIndexOf((byte)'/');
        if (slash >= 0)
            return $"name = {Literal(end[(slash + 1)..])}";
        return end.IsEmpty ? "1" : $"substr(name, -{end.Length}) = {Literal(end)}";
    }

    private static string Part(string form, ReadOnlyMemory<byte> literal) =>
        literal.IsEmpty ? "1" : string.Format(System.Globalization.CultureInfo.InvariantCulture, form, Literal(literal));

    private static string Literal(ReadOnlyMemory<byte> bytes) => $"x'{Convert.ToHexString(bytes.Span)}'";
}
