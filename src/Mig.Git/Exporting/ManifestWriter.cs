using System.Text;
using Mig.Core;
using Mig.Git.Masking;
using Mig.Git.Names;
using Mig.Git.Objects;
using Mig.Git.Tables;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Git.Exporting;

/// <summary>
/// Publishes the manifest of a volume: a table for each directory, beside a tree of what is below it. A directory that is as it was in the
/// version before is taken over with all below it.
/// </summary>
/// <param name="masked">Files whose published contents were masked, by their paths, one character for each byte; null when nothing is
/// masked.</param>
internal sealed class ManifestWriter(IObjectSource store, Limits limits, GitFolder target, IReadOnlySet<string>? masked,
    PrivilegedTable privileged, CancellationToken cancellation)
{
    // Git itself gives up on deeper trees, and so does what checks them out.
    private const int MaxDepth = 256;

    /// <summary>Publishes the directories of a volume.</summary>
    /// <param name="shown">What stands before paths in the table of rights: empty for the system's volume, else its name.</param>
    /// <param name="tables">Where the table of the root goes.</param>
    /// <param name="name">The name of the root among the tables.</param>
    /// <param name="children">Where what is below the root goes.</param>
    public void Write(TreeId root, EarlierDirectory? earlier, string shown, GitTree tables, string name, GitTree children) =>
        WriteDirectory(new Place([], shown, 0), root, earlier, tables, name, children, new WalkGuard(store, limits, root));

    private void WriteDirectory(Place place, TreeId tree, EarlierDirectory? earlier, GitTree tables, string name, GitTree children,
        WalkGuard guard)
    {
        string tableName = name + GitName.TableSuffix;
        if (earlier is { Table: { } table } same && same.Tree == tree)
        {
            tables.Add(tableName, table.Mode, table.Id);
            foreach (GitTreeEntry entry in same.Children?.Entries ?? [])
                children.Add(entry.Name, entry.Mode, entry.Id);
            privileged.Keep(place.Shown + "/");
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        var leaves = new List<(TreeId Id, IReadOnlyList<TreeEntry> Entries)>();
        Collect(tree, int.MaxValue, leaves);
        if (leaves.Count == 1)
            tables.Add(tableName, GitMode.File, target.WriteBlob(TableOf(place, leaves[0].Entries)));
        else
            tables.Add(tableName, GitMode.Tree, WriteParts(place, leaves, earlier));
        WriteChildren(place, leaves, earlier, children, guard);
    }

    private void WriteChildren(Place place, List<(TreeId Id, IReadOnlyList<TreeEntry> Entries)> leaves, EarlierDirectory? earlier,
        GitTree children, WalkGuard guard)
    {
        Dictionary<string, TreeId>? before = null;
        foreach (TreeEntry entry in leaves.SelectMany(leaf => leaf.Entries))
        {
            guard.Meet(place.Depth, place.Path);
            privileged.Add(place.Shown + "/", entry);
            if (entry.Type != TreeEntryType.Directory || place.Depth == MaxDepth)
                continue;
            before ??= DirectoriesOf(earlier);
            string name = GitName.EscapeDirectory(entry.Name.Span);
            EarlierDirectory? same = before.TryGetValue(Encoding.Latin1.GetString(entry.Name.Span), out TreeId id)
                ? new EarlierDirectory(id, earlier?.Children?.Find(name + GitName.TableSuffix), null)
                : null;
            WriteChild(place.Below(entry), entry.Tree, same, earlier?.Children?.Find(name, isTree: true), children, name, guard);
        }
    }

    private void WriteChild(Place place, TreeId tree, EarlierDirectory? earlier, GitId? earlierBelow, GitTree tables, string name,
        WalkGuard guard)
    {
        if (earlier is { Table: { } table } same && same.Tree == tree)
        {
            tables.Add(name + GitName.TableSuffix, table.Mode, table.Id);
            if (earlierBelow is { } kept)
                tables.Add(name, GitMode.Tree, kept);
            privileged.Keep(place.Shown + "/");
            return;
        }

        if (earlier is { } changed && earlierBelow is { } below)
            earlier = changed with { Children = target.ReadTree(below) };
        var children = new GitTree();
        WriteDirectory(place, tree, earlier, tables, name, children, guard);
        if (!children.IsEmpty)
            tables.Add(name, GitMode.Tree, target.WriteTree(children));
    }

    // A large directory is cut where mig cuts it, so that a change in it changes one part.
    private GitId WriteParts(Place place, List<(TreeId Id, IReadOnlyList<TreeEntry> Entries)> leaves, EarlierDirectory? earlier)
    {
        GitTree? before = earlier is { Table: { Mode: GitMode.Tree } table } ? target.ReadTree(table.Id) : null;
        var kept = new HashSet<TreeId>();
        if (before is not null)
        {
            var old = new List<(TreeId Id, IReadOnlyList<TreeEntry> Entries)>();
            Collect(earlier!.Value.Tree, int.MaxValue, old);
            kept.UnionWith(old.Select(leaf => leaf.Id));
        }

        var parts = new GitTree();
        foreach ((TreeId id, IReadOnlyList<TreeEntry> entries) in leaves)
        {
            string name = GitName.Escape(entries[0].Name.Span) + GitName.TableSuffix;
            GitId blob = kept.Contains(id) && before!.Find(name, isTree: false) is { } same ? same
                : target.WriteBlob(TableOf(place, entries));
            parts.Add(name, GitMode.File, blob);
        }

        return target.WriteTree(parts);
    }

    private byte[] TableOf(Place place, IReadOnlyList<TreeEntry> entries) => DirectoryTable.Write(entries, entry =>
    {
        if (masked is null)
            return false;
        byte[] path = place.PathOf(entry);
        return MaskRules.IsWhole(path) || masked.Contains(Encoding.Latin1.GetString(path));
    });

    private Dictionary<string, TreeId> DirectoriesOf(EarlierDirectory? earlier)
    {
        var found = new Dictionary<string, TreeId>(StringComparer.Ordinal);
        if (earlier is not { } directory)
            return found;
        foreach (TreeEntry entry in TreeReader.ReadEntries(store, directory.Tree))
        {
            if (entry.Type == TreeEntryType.Directory)
                found[Encoding.Latin1.GetString(entry.Name.Span)] = entry.Tree;
        }

        return found;
    }

    private void Collect(TreeId id, int above, List<(TreeId Id, IReadOnlyList<TreeEntry> Entries)> leaves)
    {
        TreeNode node = TreeReader.ReadNode(store, id);
        if (node.Level >= above)
        {
            string detail = $"tree {id}: its level is {node.Level}, and it is below one of {above}; run mig fsck";
            throw new CorruptStoreException("OBJ-001", detail);
        }

        if (node.Level == 0)
            leaves.Add((id, node.Entries));
        foreach ((_, TreeId child) in node.Children)
            Collect(child, node.Level, leaves);
    }

    private readonly record struct Place(byte[] Path, string Shown, int Depth)
    {
        public byte[] PathOf(TreeEntry entry) => Path.Length == 0 ? entry.Name.ToArray() : [.. Path, (byte)'/', .. entry.Name.Span];

        public Place Below(TreeEntry directory) => new(PathOf(directory), $"{Shown}/{Cell.Escape(directory.Name.Span)}", Depth + 1);
    }
}
