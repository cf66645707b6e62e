using Mig.Core;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Versions.Compare;

namespace Mig.Versions.Histories;

/// <summary>Tells in which versions the number of files with one content changed.</summary>
public sealed class ContentCount(Repository repository, ObjectId sha256, IReadOnlyList<PathSpec> paths)
{
    private readonly ImageComparer _comparer = new(repository);

    /// <summary>Tells whether a commit has the content more or less often than each of its parents.</summary>
    public bool Changes(WalkedCommit found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return found.Commit.Parents.Count == 0
            ? Difference(null, found.Commit.Image) != 0
            : found.Commit.Parents.All(parent => Difference(repository.Objects.ReadCommit(parent).Image, found.Commit.Image) != 0);
    }

    // A file with several names is one.
    private int Difference(ImageId? before, ImageId after)
    {
        int difference = 0;
        _comparer.VisitChanges(before, after, paths, followsLinks: false, (_, change) =>
        {
            difference += Count(change.After) - Count(change.Before);
            return true;
        });
        return difference;
    }

    private int Count(TreeEntry? entry) => entry?.Type == TreeEntryType.File && entry.Sha256 == sha256 ? 1 : 0;
}
