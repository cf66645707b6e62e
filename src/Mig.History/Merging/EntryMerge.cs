using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>Merges the entries that three versions have at one path: each field by itself.</summary>
internal sealed class EntryMerge(IMergePolicy policy)
{
    /// <summary>Tells whether two entries are the same, but for what is in a directory.</summary>
    public static bool IsSame(TreeEntry? left, TreeEntry? right)
    {
        if (left is null || right is null)
            return left is null && right is null;
        if (left.Type == TreeEntryType.HardLink || right.Type == TreeEntryType.HardLink)
            return left.Type == right.Type && left.LinkTarget.Span.SequenceEqual(right.LinkTarget.Span);
        return EntryComparison.Compare(left, right) == ChangeKinds.None;
    }

    /// <summary>Tells whether an entry was changed in what matters: anything but its time.</summary>
    public static bool IsChanged(TreeEntry before, TreeEntry after) =>
        !IsSame(before, after) && (before.Type == TreeEntryType.HardLink || after.Type == TreeEntryType.HardLink
            || EntryComparison.Compare(before, after) != ChangeKinds.Time);

    /// <param name="conflict">Null when the entries could be merged.</param>
    /// <param name="note">What its user should know of how they were.</param>
    /// <returns>The merged entry; null when nothing is to stand there.</returns>
    public TreeEntry? Merge(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry? ours, TreeEntry? theirs, out MergeConflict? conflict,
        out string? note)
    {
        (conflict, note) = (null, null);
        if (before is { Type: TreeEntryType.File } && ours is { Type: TreeEntryType.File } && theirs is { Type: TreeEntryType.File }
            && policy.IsAlwaysMerged(path))
            return MergeFields(path, before, ours, theirs, out conflict, out note);
        if (IsSame(ours, theirs) || IsSame(before, theirs))
            return ours;
        if (IsSame(before, ours))
            return theirs;
        if (ours is null || theirs is null)
        {
            // A newer time alone is not worth keeping a file for.
            TreeEntry left = (ours ?? theirs)!;
            if (before is not null && !IsChanged(before, left))
                return null;

            // Both agree that the old one is gone.
            if (before is not null && before.Type != left.Type
                && (before.Type == TreeEntryType.Directory || left.Type == TreeEntryType.Directory))
                return left;
            string who = ours is null ? "removed here and changed there" : "changed here and removed there";
            conflict = new MergeConflict(path, MergeConflictKind.ModifyDelete, who, before, ours, theirs);
            return left;
        }

        if (ours.Type != theirs.Type)
        {
            if (before is not null && !IsChanged(before, ours))
                return theirs;
            if (before is not null && !IsChanged(before, theirs))
                return ours;
            bool isDirectory = ours.Type == TreeEntryType.Directory || theirs.Type == TreeEntryType.Directory;
            string added = before is null ? "added on both sides, " : "";
            conflict = new MergeConflict(
                path,
                isDirectory ? MergeConflictKind.DirectoryFile : MergeConflictKind.Type,
                $"{added}{Name(ours.Type)} here and {Name(theirs.Type)} there",
                before,
                ours,
                theirs);
            return ours;
        }

        if (ours.Type == TreeEntryType.HardLink)
        {
            conflict = new MergeConflict(path, MergeConflictKind.HardLink, before is null
                ? "added on both sides, as names of different files" : "both sides link it to another file", before, ours, theirs);
            return ours;
        }

        return MergeFields(path, before?.Type == ours.Type ? before : null, ours, theirs, out conflict, out note);
    }

    private TreeEntry MergeFields(
        ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry ours, TreeEntry theirs, out MergeConflict? conflict, out string? note)
    {
        note = null;
        var clashes = new List<string>();
        TreeEntry merged = ours with
        {
            Mode = Pick(before?.Mode, ours.Mode, theirs.Mode, "mode", clashes),
            Uid = Pick(before?.Uid, ours.Uid, theirs.Uid, "owner", clashes),
            Gid = Pick(before?.Gid, ours.Gid, theirs.Gid, "group", clashes),
            Attributes = Pick(before?.Attributes, ours.Attributes, theirs.Attributes, "attributes", clashes),
            DeviceMajor = Pick(before?.DeviceMajor, ours.DeviceMajor, theirs.DeviceMajor, "device", clashes),
            DeviceMinor = Pick(before?.DeviceMinor, ours.DeviceMinor, theirs.DeviceMinor, "device", clashes),
            LinkTarget = PickBytes(before?.LinkTarget, ours.LinkTarget, theirs.LinkTarget, "link target", clashes),
            Xattrs = MergeXattrs(before?.Xattrs ?? [], ours.Xattrs, theirs.Xattrs, clashes),
            ModifiedTime = PickTime(before?.ModifiedTime, ours.ModifiedTime, theirs.ModifiedTime),
        };
        string? contentConflict = null;
        bool canOffer = true, isClash = false;
        bool isAlways = ours.Type == TreeEntryType.File && policy.IsAlwaysMerged(path);
        if (ours.Type == TreeEntryType.File && (isAlways || !EntryComparison.HasSameContent(ours, theirs)))
        {
            TreeEntry? content = ours;
            if (!isAlways && before is not null && EntryComparison.HasSameContent(before, ours))
                content = theirs;
            else if (isAlways || before is null || !EntryComparison.HasSameContent(before, theirs))
            {
                ContentMerge made = policy.MergeContent(path, before, ours, theirs);
                (content, contentConflict, note) = made;
                isClash = made.IsClash;
            }

            canOffer = content is not null;
            if (content is not null)
                merged = merged with { Size = content.Size, Sha256 = content.Sha256, List = content.List };
        }

        conflict = null;
        if (contentConflict is not null || clashes.Count > 0)
        {
            string what = string.Join(", ", clashes.Distinct()), metadata = clashes.Count == 0 ? "" : before is null
                ? $"added on both sides, with another {what}" : $"both sides changed {what}";
            conflict = new MergeConflict(
                path,
                before is null ? MergeConflictKind.AddAdd : contentConflict is null ? MergeConflictKind.Metadata
                    : MergeConflictKind.Content,
                contentConflict is null ? metadata : metadata.Length == 0 ? contentConflict : $"{contentConflict}; {metadata}",
                before,
                ours,
                theirs)
            {
                Merged = canOffer ? merged : null,
                IsClash = isClash,
            };
        }

        return merged;
    }

    private static T Pick<T>(T? before, T ours, T theirs, string what, List<string> clashes)
        where T : struct
    {
        if (ours.Equals(theirs) || (before is { } same && same.Equals(theirs)))
            return ours;
        if (before is not { } old || !old.Equals(ours))
            clashes.Add(what);
        return before is { } unchanged && unchanged.Equals(ours) ? theirs : ours;
    }

    private static ReadOnlyMemory<byte> PickBytes(
        ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> theirs, string what, List<string> clashes)
    {
        if (ours.Span.SequenceEqual(theirs.Span) || (before is { } same && same.Span.SequenceEqual(theirs.Span)))
            return ours;
        if (before is { } old && old.Span.SequenceEqual(ours.Span))
            return theirs;
        clashes.Add(what);
        return ours;
    }

    // Of two new times, the later one.
    private static Timestamp PickTime(Timestamp? before, Timestamp ours, Timestamp theirs)
    {
        if (before == theirs)
            return ours;
        return before == ours || theirs > ours ? theirs : ours;
    }

    private static IReadOnlyList<TreeXattr> MergeXattrs(
        IReadOnlyList<TreeXattr> before, IReadOnlyList<TreeXattr> ours, IReadOnlyList<TreeXattr> theirs, List<string> clashes)
    {
        SortedDictionary<string, byte[]> old = ToTable(before), left = ToTable(ours), right = ToTable(theirs);
        var merged = new List<TreeXattr>();
        foreach (string name in left.Keys.Union(right.Keys).Order(StringComparer.Ordinal))
        {
            byte[]? a = left.GetValueOrDefault(name), b = right.GetValueOrDefault(name), c = old.GetValueOrDefault(name);
            bool takesTheirs = !IsSame(a, b) && !IsSame(c, b);
            if (takesTheirs && !IsSame(c, a))
            {
                takesTheirs = false;
                clashes.Add($"attribute {name}");
            }

            if ((takesTheirs ? b : a) is { } value)
                merged.Add(new TreeXattr(PathKey.ToBytes(name), value));
        }

        return merged;
    }

    private static SortedDictionary<string, byte[]> ToTable(IReadOnlyList<TreeXattr> xattrs)
    {
        var table = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (TreeXattr xattr in xattrs)
            table[PathKey.Of(xattr.Name.Span)] = xattr.Value.ToArray();
        return table;
    }

    private static bool IsSame(byte[]? left, byte[]? right) =>
        left is null || right is null ? left is null && right is null : left.AsSpan().SequenceEqual(right);

    private static string Name(TreeEntryType type) => type switch
    {
        TreeEntryType.File => "a file",
        TreeEntryType.Directory => "a directory",
        TreeEntryType.SymbolicLink => "a symbolic link",
        TreeEntryType.HardLink => "a hard link",
        TreeEntryType.Fifo => "a fifo",
        TreeEntryType.Socket => "a socket",
        _ => "a device",
    };
}
