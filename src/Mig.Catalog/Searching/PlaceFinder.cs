using Mig.Catalog.Sqlite;
using Mig.Core;

namespace Mig.Catalog.Searching;

/// <summary>
/// Says where entries stand in the versions that are searched. Each directory is looked at once, whatever many files and many images share.
/// </summary>
internal sealed class PlaceFinder(SqliteDatabase database, CatalogScope scope, CancellationToken cancellation)
{
    // Who makes a repository by hand can make directories that contain each other's trees twice, and twice, and twice.
    private const int MaxPlaces = 8_000_000;

    // Twice as deep as any tree that was taken in: only a catalogue that leads round in a circle gets there.
    private const int MaxDepth = 8192;

    private readonly ScopeRoots _roots = scope.ReadRoots(database);
    private readonly Ancestry _ancestry = new(database);
    private readonly Dictionary<long, Place[]> _directories = [];
    private long _count;

    /// <summary>Says what will be asked for: all at once costs less than one after another.</summary>
    public void Load(IEnumerable<EntryRow> rows) => _ancestry.Load(rows.Select(row => row.Id));

    /// <summary>Returns where an entry that was loaded stands, each path once.</summary>
    public IEnumerable<Place> Find(EntryRow row)
    {
        cancellation.ThrowIfCancellationRequested();
        if (row.Name.Length == 0)
            return _roots.OfEntry(row.Id);
        List<long> holders = _ancestry.HoldersOf(row.Id);
        if (holders.Count == 1)
            return Below(FindDirectory(holders[0], 0), row.Name);
        var sum = new PlaceSum();
        foreach (long tree in holders)
        {
            foreach (Place directory in FindDirectory(tree, 0))
                sum.Add(directory);
        }

        return Below(sum.ToArray(), row.Name);
    }

    private Place[] FindDirectory(long tree, int depth)
    {
        if (_directories.TryGetValue(tree, out Place[]? known))
            return known;
        if (depth > MaxDepth)
            throw SqliteException.Corrupt($"tree {tree} is above itself");
        cancellation.ThrowIfCancellationRequested();
        var sum = new PlaceSum();
        foreach (Place root in _roots.OfTree(tree))
            sum.Add(root);
        foreach (TreeEdge edge in _ancestry.EdgesOf(tree))
        {
            foreach (Place parent in FindDirectory(edge.Parent, depth + 1))
                sum.Add(edge.Name is null ? parent : parent.Below(edge.Name));
        }

        Place[] found = sum.ToArray();
        Count(found.Length);
        _directories.Add(tree, found);
        return found;
    }

    private Place[] Below(Place[] directories, byte[] name)
    {
        Count(directories.Length);
        return Array.ConvertAll(directories, directory => directory.Below(name));
    }

    private void Count(int places)
    {
        _count += places;
        if (_count > MaxPlaces)
            throw new UsageException(
                $"this search leads over more than {MaxPlaces:N0} places; say more about what is wanted, or search fewer versions with "
                + "--ref");
    }
}
