using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Merging;

/// <summary>
/// Merges two trees that come from a third one. Only what differs from the base is looked at: what it costs is what both sides changed, not
/// what there is. For one thread; several merges may share a cache.
/// </summary>
/// <remarks>
/// The result is a list of operations on our tree. Files that were renamed meet the changes that the other side made under the old name;
/// additions to a directory that moved as a whole go along. A directory stays as long as anything is in it. Hard links are entries that
/// name a path, and are merged as such.
/// </remarks>
public sealed class TreeMerge
{
    private readonly IObjectSource _store;
    private readonly IMergePolicy _policy;
    private readonly EntryMerge _entries;
    private readonly TreeEntry? _before;
    private readonly TreeEntry _ourRoot;
    private readonly TreeEntry _theirRoot;
    private readonly ChangeSet _ours;
    private readonly ChangeSet _theirs;
    private readonly Dictionary<string, MergeItem> _items = new(StringComparer.Ordinal);
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);
    private readonly List<MergeConflict> _conflicts = [];
    private readonly List<MergeNote> _notes = [];

    private TreeMerge(IObjectSource store, MergeCache cache, IMergePolicy policy, TreeEntry? before, TreeEntry ours, TreeEntry theirs)
    {
        (_store, _policy, _entries) = (store, policy, new EntryMerge(policy));
        (_before, _ourRoot, _theirRoot) = (before, ours, theirs);
        _ours = cache.Compare(before?.Tree, ours.Tree);
        _theirs = cache.Compare(before?.Tree, theirs.Tree);
        if (policy.Renumbers(MergeSide.Theirs))
            _theirs = _theirs.Select(change =>
                change.After is { } after ? change with { After = policy.Renumber(MergeSide.Theirs, change.Before, after) } : change);
    }

    /// <param name="before">The root of what both come from; null when there is nothing.</param>
    /// <param name="ours">The root of our tree.</param>
    /// <param name="theirs">The root of their tree.</param>
    public static TreeMergeResult Merge(
        IObjectSource store, MergeCache cache, IMergePolicy policy, TreeEntry? before, TreeEntry ours, TreeEntry theirs)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        return new TreeMerge(store, cache, policy, before, ours, theirs).Run();
    }

    private TreeMergeResult Run()
    {
        Collect();
        new RenameMerge(_ours, _theirs, _items, _policy, _notes, AddConflict).Apply();
        foreach (string path in Sorted())
        {
            if (!IsClosed(path) && _items.TryGetValue(path, out MergeItem? item))
            {
                Decide(path, item);
                if (item.Result is not null && !IsClosed(path))
                    CheckParents(path);
            }
        }

        CheckDirectories();
        CheckLinks();
        foreach (MergeContest contest in _policy.Contests)
            AddContest(contest);
        _notes.AddRange(_policy.Notes);
        List<MergeOperation> operations = [.. Sorted().Where(path => !EntryMerge.IsSame(_items[path].Standing, _items[path].Result))
            .Select(path => new MergeOperation(PathKey.ToBytes(path), _items[path].Standing, _items[path].Result))];
        _conflicts.Sort(static (a, b) => a.Path.Span.SequenceCompareTo(b.Path.Span));
        _notes.Sort(static (a, b) => a.Path.Span.SequenceCompareTo(b.Path.Span));
        return new TreeMergeResult(operations, _conflicts, _notes);
    }

    private List<string> Sorted() => [.. _items.Keys.Order(StringComparer.Ordinal)];

    private void Collect()
    {
        _items[""] = new MergeItem(_ourRoot, _before, _ourRoot, _theirRoot);
        foreach (string path in _theirs.Paths.Where(path => path.Length > 0))
        {
            TreeChange theirs = _theirs.Find(path)!;
            TreeEntry? ours = _ours.Find(path) is { } change ? change.After : theirs.Before;
            _items[path] = new MergeItem(ours, theirs.Before, ours, theirs.After);
        }

        foreach (string path in _policy.Renumbers(MergeSide.Ours) ? _ours.Paths.Where(static path => path.Length > 0) : [])
        {
            if (_ours.Find(path) is { After: { } standing } change && _policy.Renumber(MergeSide.Ours, change.Before, standing) is var ours
                && ours != standing)
                _items[path] = new MergeItem(standing, change.Before, ours, _theirs.Find(path) is { } other ? other.After : change.Before);
        }

        foreach (ReadOnlyMemory<byte> bytes in _policy.SidedPaths)
        {
            string path = PathKey.Of(bytes.Span);
            if (!_items.ContainsKey(path) && _ours.Find(path) is { } change)
                _items[path] = new MergeItem(change.After, change.Before, change.After, change.Before);
        }
    }

    private void Decide(string path, MergeItem item)
    {
        if (item.IsDecided)
            return;
        byte[] bytes = PathKey.ToBytes(path);
        if (_policy.SideOf(bytes) is { } side)
        {
            // A directory goes with what was in it; if anything else is, it stays.
            (TreeEntry? chosen, TreeEntry? other) = side == MergeSide.Ours ? (item.Ours, item.Theirs) : (item.Theirs, item.Ours);
            if (chosen is null || other is null
                || (item.Ours?.Type != TreeEntryType.Directory && item.Theirs?.Type != TreeEntryType.Directory))
            {
                item.Decide(chosen);
                return;
            }
        }

        if (_policy.Decide(bytes) is { } decision)
        {
            if (decision.Note is { } reason)
                _notes.Add(new MergeNote(bytes, reason));
            if (decision.Conflict is { } problem)
                AddConflict(path, item, new MergeConflict(
                    bytes, MergeConflictKind.Content, problem, item.Before, item.Ours, item.Theirs)
                { Merged = decision.Entry });
            else
                item.Decide(decision.Entry);
            return;
        }

        TreeEntry? merged = _entries.Merge(bytes, item.Before, item.Ours, item.Theirs, out MergeConflict? conflict, out string? note);
        if (note is not null)
            _notes.Add(new MergeNote(bytes, note));
        if (conflict is { Kind: MergeConflictKind.DirectoryFile })
            Close(path, conflict);
        else if (conflict is not null)
            AddConflict(path, item, conflict);
        else
            item.Decide(merged);
    }

    /// <summary>Notes a conflict, or does what its user decided.</summary>
    private void AddConflict(string path, MergeItem item, MergeConflict conflict)
    {
        if (_policy.Resolve(conflict) is not { } resolution)
        {
            _conflicts.Add(conflict);
            item.Decide(item.Standing);
            return;
        }

        item.Decide(resolution.Side switch { MergeSide.Ours => item.Ours, MergeSide.Theirs => item.Theirs, _ => resolution.Entry });
    }

    // All paths that it is about have a side already: what the user chose, or ours for the time being.
    private void AddContest(MergeContest contest)
    {
        byte[] path = PathKey.ToBytes(contest.Path);
        var conflict = new MergeConflict(
            path,
            MergeConflictKind.Package,
            contest.Reason,
            _before is null ? null : TreeLookup.Find(_store, _before, path),
            TreeLookup.Find(_store, _ourRoot, path),
            TreeLookup.Find(_store, _theirRoot, path))
        { IsClash = contest.IsClash, Deeds = contest.Deeds };
        if (contest.Favored is null)
            _conflicts.Add(conflict);
        else
            _notes.Add(new MergeNote(path, $"{contest.Reason}; {(contest.Favored == MergeSide.Ours ? "ours" : "theirs")} was taken"));
    }

    // What stands below the path is part of the conflict, and one side has it all.
    private void Close(string path, MergeConflict conflict)
    {
        MergeResolution? resolution = _policy.Resolve(conflict);
        if (resolution is null)
            _conflicts.Add(conflict);
        foreach (string key in _items.Keys.Where(key => key == path || PathKey.IsBelow(key, path)).ToList())
            _items.Remove(key);
        _conflicts.RemoveAll(other => other != conflict && PathKey.IsBelow(PathKey.Of(other.Path.Span), path));
        _closed.Add(path);
        if (resolution?.Side != MergeSide.Theirs)
            return;
        foreach (TreeChange change in new TreeDiff(_store, PathLimits.None) { FollowsLinks = false }.Compare(
            conflict.Ours, conflict.Theirs))
        {
            string key = change.Path.IsEmpty ? path : $"{path}/{PathKey.Of(change.Path.Span)}";
            _items[key] = new MergeItem(change.Before, null, change.Before, change.After).Decide(change.After);
        }
    }

    private bool IsClosed(string path)
    {
        if (_closed.Count == 0)
            return false;
        for (string at = path; at.Length > 0; at = PathKey.Parent(at))
        {
            if (_closed.Contains(at))
                return true;
        }

        return false;
    }

    // What is to stand at a path that at least one side changed; what no one changed is as it was, and that is a directory where something
    // is in it.
    private TreeEntry? ResultAt(string path) => _items.TryGetValue(path, out MergeItem? item) ? item.Result : _ours.Find(path)?.After;

    private bool IsKnown(string path) => _items.ContainsKey(path) || _ours.Find(path) is not null;

    // What is added needs its directories, which we may have removed or replaced.
    private void CheckParents(string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            string parent = path[..slash];
            if (!IsKnown(parent))
                continue;
            TreeEntry? result = ResultAt(parent);
            if (result?.Type == TreeEntryType.Directory)
                continue;
            TreeEntry? before = _ours.Find(parent)?.Before ?? _theirs.Find(parent)?.Before;
            TreeEntry? ours = _ours.Find(parent) is { } change ? change.After : before;
            TreeEntry? theirs = _theirs.Find(parent) is { } other ? other.After : before;
            if (result is null && (ours ?? theirs ?? before) is { Type: TreeEntryType.Directory } directory)
            {
                _items[parent] = new MergeItem(ours, before, ours, theirs).Decide(directory);
                continue;
            }

            Close(parent, new MergeConflict(PathKey.ToBytes(parent), MergeConflictKind.DirectoryFile,
                "a directory on one side only, and something is in it", before, ours, theirs));
            return;
        }
    }

    // A directory that they removed or replaced stays as long as something of ours is in it.
    private void CheckDirectories()
    {
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (string path in _ours.Paths.Where(path => !_items.ContainsKey(path) && _ours.Find(path)!.After is not null)
            .Concat(_items.Where(item => item.Value.Result is not null).Select(item => item.Key)))
        {
            for (string parent = path; parent.Length > 0 && kept.Add(parent = PathKey.Parent(parent));)
            {
            }
        }

        foreach (string path in Enumerable.Reverse(Sorted()))
        {
            if (!_items.TryGetValue(path, out MergeItem? item) || item.Standing?.Type != TreeEntryType.Directory
                || item.Result?.Type == TreeEntryType.Directory || !kept.Contains(path) || IsClosed(path))
                continue;
            if (item.Result is null)
                item.Decide(item.Standing);
            else
                Close(path, new MergeConflict(PathKey.ToBytes(path), MergeConflictKind.DirectoryFile,
                    "a directory here, and something was added to it; none there", item.Before, item.Ours, item.Theirs));
        }
    }

    private void CheckLinks()
    {
        foreach ((string path, MergeItem item) in _items.Where(item =>
            item.Value.Result is { Type: TreeEntryType.HardLink } link && !EntryMerge.IsSame(item.Value.Standing, link)).ToList())
        {
            string target = PathKey.Of(item.Result!.LinkTarget.Span.TrimStart((byte)'/'));
            if (!IsKnown(target) || ResultAt(target) is { Type: not TreeEntryType.Directory })
                continue;
            var conflict = new MergeConflict(PathKey.ToBytes(path), MergeConflictKind.HardLink,
                $"a hard link to /{target}, which is not there any more", item.Before, item.Ours, item.Theirs);
            MergeResolution? resolution = _policy.Resolve(conflict);
            if (resolution is null)
                _conflicts.Add(conflict);
            item.Decide(resolution switch
            {
                { Side: MergeSide.Theirs } =>
                    item.Theirs is { Type: TreeEntryType.HardLink } link ? TreeLookup.FollowLink(_store, _theirRoot, link) : item.Theirs,
                { Side: null, Entry: var entry } => entry,
                _ => item.Standing,
            });
        }
    }
}
