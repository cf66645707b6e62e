namespace Mig.Catalog.Searching;

/// <summary>The roots of the volumes that are searched.</summary>
internal sealed class ScopeRoots
{
    private readonly Dictionary<long, List<Place>> _byEntry = [];
    private readonly Dictionary<long, List<Place>> _byTree = [];

    public void Add(long entry, long tree, Place root)
    {
        Add(_byEntry, entry, root);
        Add(_byTree, tree, root);
    }

    /// <summary>Where an entry is the root.</summary>
    public IReadOnlyList<Place> OfEntry(long entry) => _byEntry.GetValueOrDefault(entry) ?? [];

    /// <summary>Where a tree is that of the root.</summary>
    public IReadOnlyList<Place> OfTree(long tree) => _byTree.GetValueOrDefault(tree) ?? [];

    private static void Add(Dictionary<long, List<Place>> places, long key, Place root)
    {
        if (!places.TryGetValue(key, out List<Place>? list))
            places.Add(key, list = []);
        list.Add(root);
    }
}
