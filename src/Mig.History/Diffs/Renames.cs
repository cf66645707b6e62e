using Mig.Core;
using Mig.History.Trees;

namespace Mig.History.Diffs;

/// <summary>Joins a removed and an added file of the same content to one that was renamed.</summary>
public static class Renames
{
    /// <summary>Returns the changes with renamed files as one each, at the place of the new path.</summary>
    public static IReadOnlyList<TreeChange> Find(IReadOnlyList<TreeChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var removed = new Dictionary<(ObjectId, long), LinkedList<TreeChange>>();
        foreach (TreeChange change in changes.Where(change => change.After is null))
        {
            if (Key(change.Before!) is not { } key)
                continue;
            if (!removed.TryGetValue(key, out LinkedList<TreeChange>? same))
                removed[key] = same = new LinkedList<TreeChange>();
            same.AddLast(change);
        }

        if (removed.Count == 0)
            return changes;
        var sources = new Dictionary<TreeChange, TreeChange>(ReferenceEqualityComparer.Instance);
        var taken = new HashSet<TreeChange>(ReferenceEqualityComparer.Instance);

        // A file that kept its name was moved; what is left over was renamed.
        foreach (bool wantsName in (bool[])[true, false])
        {
            foreach (TreeChange change in changes.Where(change => change.Before is null && !sources.ContainsKey(change)))
            {
                if (Key(change.After!) is not { } key || !removed.TryGetValue(key, out LinkedList<TreeChange>? same))
                    continue;
                LinkedListNode<TreeChange>? source = same.First;
                while (wantsName && source is not null && !source.Value.Before!.Name.Span.SequenceEqual(change.After!.Name.Span))
                    source = source.Next;
                if (source is null)
                    continue;
                same.Remove(source);
                sources[change] = source.Value;
                taken.Add(source.Value);
            }
        }

        return [.. changes.Where(change => !taken.Contains(change))
            .Select(change => sources.TryGetValue(change, out TreeChange? source) ? Join(source, change) : change)];
    }

    private static TreeChange Join(TreeChange source, TreeChange target) =>
        new(target.Path, source.Before, target.After, ChangeKinds.Renamed | EntryComparison.Compare(source.Before!, target.After!),
            source.Path);

    // Empty files are all the same, and mean nothing.
    private static (ObjectId, long)? Key(TreeEntry entry) =>
        entry is { Type: TreeEntryType.File, Size: > 0, Sha256: { } sha256 } ? (sha256, entry.Size) : null;
}
