using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Edits;

/// <summary>
/// The file view of a volume while it is changed. Directories are read when something in them changes; the rest stays the trees that they
/// are, so that a change costs what it changes. For one thread.
/// </summary>
internal sealed class ManifestEdit
{
    private static readonly Comparer<byte[]> ByBytes = Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b));

    private readonly IObjectSource _store;
    private readonly Limits _limits;
    private readonly HashSet<ManifestItem> _changed = [];
    private readonly List<ManifestItem> _linked = [];
    private bool _hasLinks;

    /// <param name="root">The root directory of the volume, an entry without a name.</param>
    public ManifestEdit(IObjectSource store, Limits limits, TreeEntry root)
    {
        (_store, _limits) = (store, limits);
        var item = new ManifestItem(root);
        Root = new ManifestName([], null, item, root);
        item.Names.Add(Root);
    }

    public ManifestName Root { get; }

    /// <summary>
    /// What changed and still has a name. Their entries must be brought up to date before <see cref="Write(IObjectSink)"/>.
    /// </summary>
    public IReadOnlyList<ManifestItem> Changed => [.. _changed.Where(item => item.Names.Count > 0)];

    /// <summary>Finds a name by its path from the root, without following links; null when there is none.</summary>
    public ManifestName? Find(ReadOnlySpan<byte> path)
    {
        ManifestName? name = Root;
        foreach (Range part in path.Split((byte)'/'))
        {
            if (path[part].IsEmpty)
                continue;
            if (name?.Item.Entry.Type != TreeEntryType.Directory)
                return null;
            name = Load(name).GetValueOrDefault(path[part].ToArray());
        }

        return name;
    }

    /// <summary>
    /// Reads all directories and joins the names of each file that has several. Needed once, before names of such files, or of directories
    /// that may hold them, are added, moved or removed.
    /// </summary>
    public void LoadLinks()
    {
        if (_hasLinks)
            return;
        _hasLinks = true;
        new TreeSurvey(_store, _limits).Of(Root.Item.Entry.Tree);
        var links = new List<ManifestName>();
        var pending = new Stack<ManifestName>([Root]);
        while (pending.TryPop(out ManifestName? directory))
        {
            foreach (ManifestName name in Load(directory).Values)
            {
                if (name.Item.Entry.Type == TreeEntryType.Directory)
                    pending.Push(name);
                else if (name.Item.Entry.Type == TreeEntryType.HardLink)
                    links.Add(name);
            }
        }

        foreach (ManifestName link in links)
        {
            ReadOnlySpan<byte> target = link.Item.Entry.LinkTarget.Span;
            if (Find(target) is not { Item.Entry.Type: not (TreeEntryType.HardLink or TreeEntryType.Directory) } first)
                throw new CorruptStoreException(
                    "OBJ-008",
                    $"hard link '{System.Text.Encoding.UTF8.GetString(link.GetPath())}' names "
                    + $"'{System.Text.Encoding.UTF8.GetString(target)}', which is no file; run mig fsck");
            if (first.Item.Names.Count == 1)
                _linked.Add(first.Item);
            link.Item = first.Item;
            first.Item.Names.Add(link);
        }
    }

    /// <summary>Adds a new file, directory, link or device.</summary>
    public void Add(ManifestName parent, byte[] name, TreeEntryType type)
    {
        var item = new ManifestItem(new TreeEntry { Name = default, Type = type })
        {
            IsMetadataChanged = true,
            IsContentChanged = type == TreeEntryType.File
        };
        if (type == TreeEntryType.Directory)
            item.Children = new SortedDictionary<byte[], ManifestName>(ByBytes);
        _changed.Add(item);
        Attach(new ManifestName(name, parent, item, null));
    }

    /// <summary>Gives a file one more name; <see cref="LoadLinks"/> comes first.</summary>
    public void AddLink(ManifestName existing, ManifestName parent, byte[] name)
    {
        if (existing.Item.Names.Count == 1)
            _linked.Add(existing.Item);
        Attach(new ManifestName(name, parent, existing.Item, null));
    }

    public void Remove(ManifestName name)
    {
        MarkMetadata(name.Parent!);
        name.Parent!.Item.Children!.Remove(name.Name);
        name.Item.Names.Remove(name);
    }

    /// <summary>Moves a name to a place that is free.</summary>
    public void Move(ManifestName name, ManifestName parent, byte[] newName)
    {
        MarkMetadata(name.Parent!);
        name.Parent!.Item.Children!.Remove(name.Name);
        name.Item.Names.Remove(name);
        (name.Name, name.Parent, name.Stored) = (newName, parent, null);
        Attach(name);
    }

    /// <summary>Says that owner, mode, times or attributes of what the name stands for changed.</summary>
    public void MarkMetadata(ManifestName name)
    {
        name.Item.IsMetadataChanged = true;
        _changed.Add(name.Item);
        name.MarkChanged();
    }

    /// <summary>Says that a file's content changed.</summary>
    public void MarkContent(ManifestName name)
    {
        MarkMetadata(name);
        name.Item.IsContentChanged = true;
    }

    /// <summary>Stores the directories that changed.</summary>
    /// <returns>The root, an entry without a name.</returns>
    public TreeEntry Write(IObjectSink sink)
    {
        foreach (ManifestItem item in _linked.Where(item => item.Names.Count > 0))
        {
            item.Names.Sort(ManifestName.CompareInWalk);
            foreach (ManifestName name in item.Names)
            {
                if (item.IsMetadataChanged || name.Stored is not { } stored || !IsSamePlace(stored, ToEntry(name)))
                    name.MarkChanged();
            }
        }

        return Write(new TreeWriter(sink), Root);
    }

    private SortedDictionary<byte[], ManifestName> Load(ManifestName directory)
    {
        if (directory.Item.Children is { } loaded)
            return loaded;
        var children = new SortedDictionary<byte[], ManifestName>(ByBytes);
        foreach (TreeEntry entry in TreeReader.ReadEntries(_store, directory.Item.Entry.Tree))
        {
            var item = new ManifestItem(entry);
            var name = new ManifestName(entry.Name.ToArray(), directory, item, entry);
            item.Names.Add(name);
            children.Add(name.Name, name);
        }

        return directory.Item.Children = children;
    }

    private void Attach(ManifestName name)
    {
        Load(name.Parent!).Add(name.Name, name);
        name.Item.Names.Add(name);
        name.MarkChanged();
        MarkMetadata(name.Parent!);
    }

    // In a tree, the first name has the file; the others name its path.
    private static TreeEntry ToEntry(ManifestName name)
    {
        ManifestName first = name.Item.Names[0];
        return first == name || name.Item.Names.Count == 1
            ? name.Item.Entry with { Name = name.Name }
            : new TreeEntry { Name = name.Name, Type = TreeEntryType.HardLink, LinkTarget = first.GetPath() };
    }

    private static bool IsSamePlace(TreeEntry before, TreeEntry after) =>
        before.Type == after.Type && (after.Type != TreeEntryType.HardLink || before.LinkTarget.Span.SequenceEqual(after.LinkTarget.Span));

    private static TreeEntry Write(TreeWriter trees, ManifestName directory)
    {
        ManifestItem item = directory.Item;
        if (item.Children is { } children)
        {
            var entries = new List<TreeEntry>(children.Count);
            foreach (ManifestName child in children.Values)
            {
                bool isDirectory = child.Item.Entry.Type == TreeEntryType.Directory;
                entries.Add(!child.IsChanged ? child.Stored! : isDirectory ? Write(trees, child) : ToEntry(child));
            }

            item.Entry = item.Entry with { Tree = trees.Write(entries) };
        }

        return item.Entry with { Name = directory.Name };
    }
}
