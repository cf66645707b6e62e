using Mig.History.Diffs;
using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>Brings together what one side renamed and what the other side did under the old name.</summary>
/// <param name="addConflict">Told of what does not fit together: path, item and conflict.</param>
internal sealed class RenameMerge(
    ChangeSet ours,
    ChangeSet theirs,
    Dictionary<string, MergeItem> items,
    IMergePolicy policy,
    List<MergeNote> notes,
    Action<string, MergeItem, MergeConflict> addConflict)
{
    public void Apply()
    {
        // Nothing meets where only one side did anything.
        if (ours.Paths.Count == 0 || theirs.Paths.Count == 0)
            return;
        var done = new HashSet<string>(StringComparer.Ordinal);
        FollowMoves(done);
        foreach ((string old, string now) in theirs.Renames)
        {
            if (ours.Find(old) is { } change && !HasSide(old, now) && IsRename(MergeSide.Theirs, old, now) && done.Add(old))
                MeetTheirs(old, now, change);
        }

        foreach ((string old, string now) in ours.Renames)
        {
            if (theirs.Find(old) is { } change && !HasSide(old, now) && IsRename(MergeSide.Ours, old, now) && done.Add(old))
                MeetOurs(old, now, change);
        }

        FollowOurs();
        FollowTheirs();
        FollowLinks();
    }

    // Where one side moved a file away, and put another one there, the other side's changes of the first one go to its new place.
    private void FollowMoves(HashSet<string> done)
    {
        foreach ((MergeSide side, ChangeSet mover, ChangeSet other) in ((MergeSide, ChangeSet, ChangeSet)[])[
            (MergeSide.Theirs, theirs, ours), (MergeSide.Ours, ours, theirs)])
        {
            foreach ((string old, string now) in policy.Moves(side))
            {
                if (other.Find(old) is not { Before: { Type: TreeEntryType.File } before, After: { Type: TreeEntryType.File } changed }
                    || mover.Find(old) is not { } replaced || other.Find(now) is not null
                    || mover.Find(now)?.After is not { Type: TreeEntryType.File } moved || !EntryComparison.HasSameContent(before, moved)
                    || HasSide(old, now) || !done.Add(old))
                    continue;
                items[now] = side == MergeSide.Theirs ? new MergeItem(items.GetValueOrDefault(now)?.Standing, before, changed, moved)
                    : new MergeItem(moved, before, moved, changed);
                items[old].Decide(replaced.After);
            }
        }
    }

    // They renamed what we changed, removed or renamed as well.
    private void MeetTheirs(string old, string now, TreeChange change)
    {
        TreeEntry theirEntry = theirs.Find(now)!.After!;
        TreeEntry before = theirs.Find(old)!.Before!;
        if (change.After is { Type: TreeEntryType.File })
        {
            if (ours.Find(now) is null)
            {
                items[now] = new MergeItem(items.GetValueOrDefault(now)?.Standing, before, change.After, theirEntry);
                items[old].Decide(null);
            }

            return;
        }

        if (!ours.Renames.TryGetValue(old, out string? other))
        {
            if (ours.Find(now) is null)
                addConflict(now, items[now] = new MergeItem(null, before, null, theirEntry), Conflict(
                    now, MergeConflictKind.RenameDelete, $"removed here, renamed there from /{old}", before, null, theirEntry, old));
            return;
        }

        if (other == now)
        {
            items[now].Before = before;
            return;
        }

        // One of the two names remains.
        var item = new MergeItem(null, before, null, theirEntry);
        TreeEntry ourEntry = ours.Find(other)!.After!;
        addConflict(now, items[now] = item,
            Conflict(now, MergeConflictKind.RenameRename, $"renamed from /{old}, here to /{other}", before, ourEntry, theirEntry, other));
        if (item.Result is not null && theirs.Find(other) is null)
            items[other] = new MergeItem(ourEntry, before, ourEntry, null).Decide(null);
    }

    // We renamed what they changed or removed.
    private void MeetOurs(string old, string now, TreeChange change)
    {
        if (theirs.Find(now) is not null)
            return;
        TreeEntry ourEntry = ours.Find(now)!.After!, before = change.Before!;
        if (change.After is not { Type: TreeEntryType.File })
        {
            addConflict(now, items[now] = new MergeItem(ourEntry, before, ourEntry, null),
                Conflict(now, MergeConflictKind.RenameDelete, $"removed there, renamed here from /{old}", before, ourEntry, null, old));
            return;
        }

        items[now] = new MergeItem(ourEntry, before, ourEntry, change.After);
        items[old].Decide(null);
    }

    // What they added to a directory that we moved.
    private void FollowOurs()
    {
        if (ours.DirectoryRenames.Count == 0)
            return;
        foreach (string path in theirs.Paths)
        {
            if (theirs.Find(path) is not { Before: null, After: { } added } || Move(
                path, ours.DirectoryRenames, MergeSide.Ours) is not { } moved || items.ContainsKey(moved) || ours.Find(moved) is not null)
                continue;
            items.Remove(path);
            items[moved] = new MergeItem(null, null, null, added);
            if (added.Type != TreeEntryType.Directory)
                notes.Add(new MergeNote(PathKey.ToBytes(moved), $"added there as /{path}, in a directory that was moved here"));
        }
    }

    // What we added to a directory that they moved.
    private void FollowTheirs()
    {
        if (theirs.DirectoryRenames.Count == 0)
            return;
        foreach (string path in ours.Paths)
        {
            if (ours.Find(path) is not { Before: null, After: { } added } || items.ContainsKey(path) || Move(path, theirs.DirectoryRenames,
                MergeSide.Theirs) is not { } moved || items.ContainsKey(moved) || ours.Find(moved) is not null)
                continue;
            items[path] = new MergeItem(added, null, added, null).Decide(null);
            items[moved] = new MergeItem(null, null, added, null).Decide(added);
            if (added.Type != TreeEntryType.Directory)
                notes.Add(new MergeNote(PathKey.ToBytes(moved), $"added here as /{path}, in a directory that was moved there"));
        }
    }

    // Names that one side gave to a file whose first name is gone on the other: they are names of what stands under the next one.
    private void FollowLinks()
    {
        foreach ((ChangeSet mover, ChangeSet other) in ((ChangeSet, ChangeSet)[])[(theirs, ours), (ours, theirs)])
        {
            if (mover.LinkRenames.Count == 0)
                continue;
            foreach (string path in other.Paths)
            {
                if (other.Find(path)?.After is not { Type: TreeEntryType.HardLink } link || !mover.LinkRenames.TryGetValue(
                    PathKey.Target(link), out string? now) || mover.Find(path) is not null || HasSide(path, now))
                    continue;
                TreeEntry? standing = mover == theirs ? link : items.GetValueOrDefault(path)?.Standing;
                items[path] = new MergeItem(standing, null, standing, null).Decide(link with { LinkTarget = PathKey.ToBytes("/" + now) });
            }
        }
    }

    private string? Move(string path, IReadOnlyDictionary<string, string> directories, MergeSide mover)
    {
        if (policy.SideOf(PathKey.ToBytes(path)) is not null)
            return null;
        for (string parent = PathKey.Parent(path); parent.Length > 0; parent = PathKey.Parent(parent))
        {
            if (directories.TryGetValue(parent, out string? target) && IsRename(mover, parent, target))
                return target.Length == 0 ? path[(parent.Length + 1)..] : target + path[parent.Length..];
        }

        return null;
    }

    private bool IsRename(MergeSide side, string old, string now) => policy.IsRename(side, PathKey.ToBytes(old), PathKey.ToBytes(now));

    private bool HasSide(string old, string now) =>
        policy.SideOf(PathKey.ToBytes(old)) is not null || policy.SideOf(PathKey.ToBytes(now)) is not null;

    private static MergeConflict Conflict(
        string path, MergeConflictKind kind, string reason, TreeEntry? before, TreeEntry? ours, TreeEntry? theirs, string other) =>
        new(PathKey.ToBytes(path), kind, reason, before, ours, theirs) { OtherPath = PathKey.ToBytes(other) };
}
