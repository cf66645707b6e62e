using Mig.History.Diffs;

namespace Mig.Versions.Compare;

/// <summary>How many entries differ, each counted once.</summary>
/// <param name="Changed">Contents, types, targets or device numbers.</param>
/// <param name="Metadata">Modes, owners, attributes or links, but no content; times alone are left to <paramref name="Times"/>.</param>
public sealed record ChangeCounts(int Added, int Removed, int Changed, int Renamed, int Metadata, int Times)
{
    public static ChangeCounts Of(IEnumerable<TreeChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        int added = 0, removed = 0, changed = 0, renamed = 0, metadata = 0, times = 0;
        foreach (ChangeKinds kinds in changes.Select(change => change.Kinds))
        {
            if ((kinds & ChangeKinds.Added) != 0)
                added++;
            else if ((kinds & ChangeKinds.Removed) != 0)
                removed++;
            else if ((kinds & ChangeKinds.Renamed) != 0)
                renamed++;
            else if ((kinds & ~ChangeKinds.Metadata) != 0)
                changed++;
            else if (kinds == ChangeKinds.Time)
                times++;
            else
                metadata++;
        }

        return new ChangeCounts(added, removed, changed, renamed, metadata, times);
    }
}
