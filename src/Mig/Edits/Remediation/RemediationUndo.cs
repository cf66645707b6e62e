using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.Versions.Branches;

namespace Mig.Edits.Remediation;

/// <summary>Moves all branches of a remediation back to where they were before it, together.</summary>
public sealed class RemediationUndo(Repository repository)
{
    /// <summary>Undoes a step.</summary>
    /// <param name="step">Which; null for the latest that was not undone.</param>
    /// <returns>The step, and the branches with where they are now.</returns>
    /// <exception cref="NotFoundException">There is no such step.</exception>
    /// <exception cref="ConflictException">A branch moved since. None is moved back.</exception>
    public (string Step, IReadOnlyList<(RefName Branch, CommitId Now)> Branches) Run(string? step)
    {
        var moves = new List<(RefName Branch, ReflogEntry Entry, bool IsLatest)>();
        foreach (RefName branch in repository.Refs.ListNames(RefName.BranchPrefix))
        {
            IReadOnlyList<ReflogEntry> log = repository.Refs.ReadLog(branch);
            for (int i = 0; i < log.Count; i++)
            {
                // What was undone is the entry below the one that tells of it.
                if (RemediationStep.Find(log[i].Reason) is { } found && !(i > 0 && log[i - 1].Reason == RemediationStep
                    .DescribeUndo(found)))
                    moves.Add((branch, log[i], i == 0));
            }
        }

        string? latest = moves.Where(move => move.IsLatest).Select(move => move.Entry).MaxBy(entry => entry.Who.Time)?.Reason;
        string chosen = step ?? (latest is null ? null : RemediationStep.Find(latest))
            ?? throw new NotFoundException("there is no remediation to undo; 'mig reflog BRANCH' says what was");
        moves.RemoveAll(move => RemediationStep.Find(move.Entry.Reason) != chosen);
        if (moves.Count == 0)
        {
            throw new NotFoundException(
                $"no branch was moved by a remediation of step '{chosen}', or that was undone; 'mig reflog BRANCH' says what was");
        }

        if (moves.Find(move => !move.IsLatest) is { Branch: { } moved })
            throw new ConflictException($"{moved.ShortName} moved since step {chosen}, so nothing was undone; 'mig revert' takes "
                + "changes back "
                + "from one branch");
        RefTransaction transaction = repository.Refs.BeginTransaction(ReflogSignature.Of(repository));
        foreach ((RefName branch, ReflogEntry entry, _) in moves)
            transaction.Update(branch, entry.After, entry.Before, RemediationStep.DescribeUndo(chosen));
        transaction.Commit();
        return (chosen, [.. moves.Select(move => (move.Branch, new CommitId(move.Entry.Before)))]);
    }
}
