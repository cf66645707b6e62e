using Mig.Compare;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Revisions;

namespace Mig.Histories;

/// <summary>
/// Asks in which versions one path changed, and goes on under the earlier name where a file was renamed without a change of its content. The names belong to a
/// line of history, so a walk must ask about a commit before it asks about its parents.
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
            TreeChange? change = volume.Changes.FirstOrDefault(change => change.OldPath is not null && change.Path.Span.SequenceEqual(name.Path.Span));
            if (change is not null && (volume.IsDefault || name.Partition is not null || name.Disk is not null))
                return name with { Path = change.OldPath!.Value };
        }

        return name;
    }
}
