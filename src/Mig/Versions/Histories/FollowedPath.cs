using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Versions.Compare;

namespace Mig.Versions.Histories;

/// <summary>
/// Asks in which versions one path changed, and goes on under the earlier name where a file was renamed without a change of its content.
/// The names belong to a line of history, so a walk must ask about a commit before it asks about its parents.
/// </summary>
public sealed class FollowedPath(Repository repository, PathSpec path) : IHistoryQuestion
{
    private readonly ImageComparer _comparer = new(repository);
    private readonly Dictionary<CommitId, PathSpec> _names = [];

    /// <summary>The name that the path has in a commit that was asked about.</summary>
    public PathSpec NameIn(CommitId commit) => _names.GetValueOrDefault(commit, path);

    /// <inheritdoc/>
    public bool IsSame(WalkedCommit? parent, WalkedCommit child)
    {
        ArgumentNullException.ThrowIfNull(child);
        PathSpec name = NameIn(child.Id);
        bool isSame = !_comparer.Differs(parent?.Commit.Image, child.Commit.Image, [name]);
        if (parent is not null)
            _names.TryAdd(parent.Id, isSame ? name : FindOldName(parent, child, name));
        return isSame;
    }

    // Only a file that is new under its name can have had another one.
    private PathSpec FindOldName(WalkedCommit parent, WalkedCommit child, PathSpec name)
    {
        if (!_comparer.Differs(null, child.Commit.Image, [name]) || _comparer.Differs(null, parent.Commit.Image, [name]))
            return name;
        foreach (VolumeComparison volume in _comparer.Compare(parent.Commit.Image, child.Commit.Image, []).Volumes)
        {
            TreeChange? fresh = volume.Changes.FirstOrDefault(change =>
                (change.Kinds & (ChangeKinds.Added | ChangeKinds.Renamed)) != 0 && change.Path.Span.SequenceEqual(name.Path.Span));
            if (fresh is null || (!volume.IsDefault && name is { Disk: null, Partition: null }))
                continue;

            // Where something else stands under the earlier name at once, the content moved all the same.
            ReadOnlyMemory<byte>? old = fresh.OldPath ?? volume.Changes.FirstOrDefault(change => IsSource(change, fresh))?.Path;
            if (old is { } path)
                return name with { Path = path };
        }

        return name;
    }

    private static bool IsSource(TreeChange change, TreeChange fresh) => (change.Kinds & ChangeKinds.Content) != 0 && change.OldPath is null
        && fresh.After is { Type: TreeEntryType.File, Size: > 0 } after && EntryComparison.HasSameContent(change.Before!, after);
}
