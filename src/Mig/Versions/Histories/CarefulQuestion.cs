using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Machines.Coverage;

namespace Mig.Versions.Histories;

/// <summary>
/// Asks a question of a history some versions of which may be damaged. These are left out: what comes after one is compared with the
/// nearest sound one before it.
/// </summary>
/// <param name="coverage">Takes the versions that are left out.</param>
public sealed class CarefulQuestion(Repository repository, IHistoryQuestion question, AnswerCoverage coverage) : IHistoryQuestion
{
    private readonly CommitWalk _walk = new(repository.Objects, coverage.LeaveOut);
    private readonly HashSet<CommitId> _damaged = [];
    private readonly Dictionary<CommitId, ImageId> _asked = [];

    /// <summary>The sound versions that were asked about.</summary>
    public IEnumerable<(VersionName Version, ImageId Image)> Asked =>
        _asked.Where(item => !_damaged.Contains(item.Key)).Select(item => (VersionName.Of(item.Key), item.Value));

    /// <inheritdoc/>
    public bool IsSame(WalkedCommit? parent, WalkedCommit child)
    {
        ArgumentNullException.ThrowIfNull(child);
        _asked[child.Id] = child.Commit.Image;
        while (!_damaged.Contains(child.Id))
        {
            WalkedCommit? before = Nearest(parent);
            try
            {
                return question.IsSame(before, child);
            }
            catch (CorruptStoreException e)
            {
                LeaveOut(before is null || IsDamaged(child) ? child : before, e);
            }
        }

        // A merge that nobody can look at may have taken from any of its parents, so all are followed.
        return child.Commit.Parents.Count < 2;
    }

    private bool IsDamaged(WalkedCommit version)
    {
        try
        {
            question.IsSame(null, version);
            return false;
        }
        catch (CorruptStoreException)
        {
            return true;
        }
    }

    private void LeaveOut(WalkedCommit version, CorruptStoreException reason)
    {
        _damaged.Add(version.Id);
        coverage.LeaveOut(version.Id, reason);
    }

    private WalkedCommit? Nearest(WalkedCommit? version) =>
        version is null ? null : _walk.Walk([version.Id], firstParentOnly: true).FirstOrDefault(found => !_damaged.Contains(found.Id));
}
