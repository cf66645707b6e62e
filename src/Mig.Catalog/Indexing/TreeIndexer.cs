using Mig.Catalog.Sqlite;
using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Catalog.Indexing;

/// <summary>Adds directories and what is in them. A tree that is known is not read again, and neither is anything below it.</summary>
internal sealed class TreeIndexer(SqliteDatabase database, IObjectSource store, CancellationToken cancellation)
{
    // As deep as a tree may be anywhere in mig; whoever climbs from a file to the roots relies on it.
    private const int MaxHeight = 4096;

    private readonly EntryIndexer _entries = new(database);
    private readonly Dictionary<TreeId, (long Row, int Height)> _known = [];
    private long _last = database.Number("SELECT max(id) FROM trees");

    /// <summary>Adds the root of a volume, and returns the row of its entry.</summary>
    public long AddRoot(TreeEntry root) => _entries.GetRow(root with { Name = default }, Add(root.Tree, 0).Row);

    private (long Row, int Height) Add(in TreeId id, int depth)
    {
        if (_known.TryGetValue(id, out (long, int) known) || TryFind(id, out known))
            return known;
        cancellation.ThrowIfCancellationRequested();
        TreeNode node = TreeReader.ReadNode(store, id);
        int height = 0;
        var parts = new List<long>(node.Children.Count);
        foreach ((_, TreeId child) in node.Children)
            parts.Add(AddBelow(child, id, depth, ref height));
        var rows = new List<long>(node.Entries.Count);
        foreach (TreeEntry entry in node.Entries)
            rows.Add(_entries.GetRow(entry, entry.Type == TreeEntryType.Directory ? AddBelow(entry.Tree, id, depth, ref height) : null));

        long row = ++_last;
        database.Prepare("INSERT INTO trees(hash, id, height) VALUES(?, ?, ?)").Bind(1, id.Value.ToArray()).Bind(2, row).Bind(3, height)
            .Execute();
        foreach (long part in parts)
            database.Prepare("INSERT OR IGNORE INTO parts(part, whole) VALUES(?, ?)").Bind(1, part).Bind(2, row).Execute();
        foreach (long entry in rows)
            database.Prepare("INSERT OR IGNORE INTO members(entry, tree) VALUES(?, ?)").Bind(1, entry).Bind(2, row).Execute();
        _known.Add(id, (row, height));
        return (row, height);
    }

    private long AddBelow(in TreeId child, in TreeId parent, int depth, ref int height)
    {
        if (depth >= MaxHeight)
            throw TooDeep(parent);
        (long row, int childHeight) = Add(child, depth + 1);
        height = Math.Max(height, childHeight + 1);
        return height <= MaxHeight ? row : throw TooDeep(parent);
    }

    private bool TryFind(in TreeId id, out (long Row, int Height) found)
    {
        SqliteStatement find = database.Prepare("SELECT id, height FROM trees WHERE hash = ?").Bind(1, id.Value.ToArray());
        bool any = find.Step();
        found = any ? (find.Integer(0), (int)find.Integer(1)) : default;
        find.Reset();
        if (any)
            _known.Add(id, found);
        return any;
    }

    private static CorruptStoreException TooDeep(in TreeId tree) =>
        new("OBJ-009", $"tree {tree}: directories are nested more than {MaxHeight} deep; run mig fsck");
}
