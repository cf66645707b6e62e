using Mig.History.Revisions;
using Mig.Versions.Compare;

namespace Mig.Versions.Histories;

/// <summary>Asks in which versions paths changed in anything but times.</summary>
public sealed class PathQuestion(Repository repository, IReadOnlyList<PathSpec> paths) : IHistoryQuestion
{
    private readonly ImageComparer _comparer = new(repository);

    /// <inheritdoc/>
    public bool IsSame(WalkedCommit? parent, WalkedCommit child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return !_comparer.Differs(parent?.Commit.Image, child.Commit.Image, paths);
    }
}
