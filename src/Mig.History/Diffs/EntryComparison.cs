using Mig.History.Trees;

namespace Mig.History.Diffs;

/// <summary>Tells in what two entries differ, apart from their names and what is below them.</summary>
public static class EntryComparison
{
    /// <param name="before">Not a hard link.</param>
    /// <param name="after">Not a hard link.</param>
    public static ChangeKinds Compare(TreeEntry before, TreeEntry after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ChangeKinds kinds = ChangeKinds.None;
        if (before.Type != after.Type)
            kinds |= ChangeKinds.Type;
        else if (after.Type == TreeEntryType.File && !HasSameContent(before, after))
            kinds |= ChangeKinds.Content;
        else if (after.Type == TreeEntryType.SymbolicLink && !before.LinkTarget.Span.SequenceEqual(after.LinkTarget.Span))
            kinds |= ChangeKinds.Target;
        else if (before.DeviceMajor != after.DeviceMajor || before.DeviceMinor != after.DeviceMinor)
            kinds |= ChangeKinds.Device;
        if (before.Mode != after.Mode)
            kinds |= ChangeKinds.Mode;
        if (before.Uid != after.Uid || before.Gid != after.Gid)
            kinds |= ChangeKinds.Owner;
        if (!HasSameXattrs(before.Xattrs, after.Xattrs))
            kinds |= ChangeKinds.Xattrs;
        if (before.Attributes != after.Attributes)
            kinds |= ChangeKinds.Attributes;
        if (before.ModifiedTime != after.ModifiedTime)
            kinds |= ChangeKinds.Time;
        return kinds;
    }

    /// <summary>
    /// Tells whether two files have the same bytes. Lists are made from the content alone, so they decide where holes left it without a
    /// hash.
    /// </summary>
    public static bool HasSameContent(TreeEntry before, TreeEntry after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (before.Size != after.Size)
            return false;
        return before.Sha256 is { } left && after.Sha256 is { } right ? left == right : before.List == after.List;
    }

    private static bool HasSameXattrs(IReadOnlyList<TreeXattr> before, IReadOnlyList<TreeXattr> after)
    {
        if (before.Count != after.Count)
            return false;
        for (int i = 0; i < before.Count; i++)
        {
            if (!before[i].Name.Span.SequenceEqual(after[i].Name.Span) || !before[i].Value.Span.SequenceEqual(after[i].Value.Span))
                return false;
        }

        return true;
    }
}
