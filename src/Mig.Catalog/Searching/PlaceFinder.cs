using Mig.Catalog.Sqlite;
using Mig.Core;

namespace Mig.Catalog.Searching;

/// <summary>
/// Climbs from entries to the roots of the images that are searched. Each directory is climbed from once, so what many files and many images share costs as much as once.
/// </summary>
internal sealed class PlaceFinder
{
    // Who makes a repository by hand can make directories that contain each other's trees twice, and twice, and twice.
    private const int MaxPlaces = 8_000_000;

    private readonly SqliteDatabase _database;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<long, List<(string Volume, VersionSet Versions)>> _roots;
    private readonly Dictionary<long, Place[]> _directories = [];
    private readonly bool _hasParts;
    private long _count;

    public PlaceFinder(SqliteDatabase database, CatalogScope scope, CancellationToken cancellation)
    {
        _database = database;
        _cancellation = cancellation;
        _roots = scope.ReadRoots(database);
        _hasParts = database.Number("SELECT EXISTS(SELECT 1 FROM parts)") != 0;
    }

    /// <summary>Returns where an entry stands, each path once.</summary>
    /// <param name="name">The name of the entry.</param>
    public IReadOnlyList<Place> FindEntry(long entry, byte[] name)
    {
        if (name.Length == 0)
            return _roots.TryGetValue(entry, out List<(string Volume, VersionSet Versions)>? roots) ? [.. roots.Select(root => new Place(root.Volume, name, root.Versions))] : [];
        var sum = new PlaceSum();
        foreach (long tree in Column("SELECT tree FROM members WHERE entry = ?", entry))
        {
            foreach (Place directory in FindDirectory(tree))
                sum.Add(directory);
        }

        return Count([.. sum.Places.Select(directory => directory.Below(name))]);
    }

    private Place[] FindDirectory(long tree)
    {
        if (_directories.TryGetValue(tree, out Place[]? known))
            return known;
        _cancellation.ThrowIfCancellationRequested();
        var sum = new PlaceSum();
        foreach ((long entry, byte[] name) in NamesOf(tree))
        {
            foreach (Place place in FindEntry(entry, name))
                sum.Add(place);
        }

        if (_hasParts)
        {
            foreach (long whole in Column("SELECT whole FROM parts WHERE part = ?", tree))
            {
                foreach (Place place in FindDirectory(whole))
                    sum.Add(place);
            }
        }

        Place[] found = Count([.. sum.Places]);
        _directories.Add(tree, found);
        return found;
    }

    private List<(long Entry, byte[] Name)> NamesOf(long tree)
    {
        var names = new List<(long, byte[])>();
        SqliteStatement statement = _database.Prepare("SELECT id, name FROM entries WHERE child = ?").Bind(1, tree);
        while (statement.Step())
            names.Add((statement.Integer(0), statement.Bytes(1).ToArray()));
        statement.Reset();
        return names;
    }

    // Rows are read to their end first: what is done with them may need the same statement.
    private List<long> Column(string sql, long value)
    {
        var numbers = new List<long>();
        SqliteStatement statement = _database.Prepare(sql).Bind(1, value);
        while (statement.Step())
            numbers.Add(statement.Integer(0));
        statement.Reset();
        return numbers;
    }

    private Place[] Count(Place[] places)
    {
        _count += places.Length;
        return _count <= MaxPlaces ? places : throw new UsageException($"this search leads over more than {MaxPlaces:N0} places; say more about what is wanted, or search fewer versions with --ref");
    }
}
