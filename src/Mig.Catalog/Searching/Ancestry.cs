using Mig.Catalog.Sqlite;

namespace Mig.Catalog.Searching;

/// <summary>
/// The directories above some entries, up to the roots. SQLite climbs from all entries at once; what they share is passed once.
/// </summary>
internal sealed class Ancestry
{
    private const string Tables = "CREATE TEMP TABLE wanted(entry INTEGER PRIMARY KEY); CREATE TEMP TABLE above(tree INTEGER PRIMARY KEY)";

    private const string Climb = """
        WITH RECURSIVE up(tree) AS (
            SELECT members.tree FROM wanted CROSS JOIN members ON members.entry = wanted.entry
            UNION SELECT members.tree FROM up CROSS JOIN entries ON entries.child = up.tree CROSS JOIN members ON members.entry = entries.id
            UNION SELECT parts.whole FROM up CROSS JOIN parts ON parts.part = up.tree)
        INSERT INTO above SELECT tree FROM up
        """;

    private const string Names =
        "SELECT above.tree, members.tree, entries.name FROM above CROSS JOIN entries ON entries.child = above.tree CROSS JOIN members ON "
        + "members.entry = entries.id";
    private const string Parts = "SELECT above.tree, parts.whole FROM above CROSS JOIN parts ON parts.part = above.tree";
    private const string Holders = "SELECT members.entry, members.tree FROM wanted CROSS JOIN members ON members.entry = wanted.entry";

    private readonly SqliteDatabase _database;
    private readonly Dictionary<long, List<long>> _holders = [];
    private readonly Dictionary<long, List<TreeEdge>> _edges = [];

    public Ancestry(SqliteDatabase database)
    {
        _database = database;
        if (database.Number("SELECT count(*) FROM sqlite_temp_schema") == 0)
            database.Execute(Tables);
    }

    /// <summary>Loads what is above more entries.</summary>
    public void Load(IEnumerable<long> entries)
    {
        _database.Execute("DELETE FROM wanted; DELETE FROM above");
        SqliteStatement add = _database.Prepare("INSERT OR IGNORE INTO wanted(entry) VALUES(?)");
        foreach (long entry in entries)
        {
            if (_holders.TryAdd(entry, []))
                add.Bind(1, entry).Execute();
        }

        _database.Prepare(Climb).Execute();
        SqliteStatement row = _database.Prepare(Holders);
        while (row.Step())
            _holders[row.Integer(0)].Add(row.Integer(1));
        row.Reset();

        // What an earlier load has passed is complete.
        var known = new HashSet<long>(_edges.Keys);
        row = _database.Prepare(Names);
        while (row.Step())
        {
            if (!known.Contains(row.Integer(0)))
                Add(row.Integer(0), new TreeEdge(row.Integer(1), row.Bytes(2).ToArray()));
        }

        row.Reset();
        row = _database.Prepare(Parts);
        while (row.Step())
        {
            if (!known.Contains(row.Integer(0)))
                Add(row.Integer(0), new TreeEdge(row.Integer(1), null));
        }

        row.Reset();
    }

    /// <summary>The directories that hold an entry that was loaded.</summary>
    public List<long> HoldersOf(long entry) => _holders[entry];

    /// <summary>Where a directory stands in others.</summary>
    public List<TreeEdge> EdgesOf(long tree) => _edges.GetValueOrDefault(tree) ?? [];

    private void Add(long tree, TreeEdge edge)
    {
        if (!_edges.TryGetValue(tree, out List<TreeEdge>? edges))
            _edges.Add(tree, edges = []);
        edges.Add(edge);
    }
}
