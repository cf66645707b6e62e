using Mig.Core;
using Mig.History.Refs;
using Mig.Versions.Branches;

namespace Mig.Exchange.Remotes;

/// <summary>
/// Fetches, then moves the current branch on to what it follows. Histories that went apart stay as they are, for whoever pulls to merge or
/// to rebase.
/// </summary>
public sealed class PullOperation(Repository repository)
{
    /// <param name="options">What to fetch; the remote and refspecs are those of the current branch when none are given.</param>
    /// <param name="fetched">Is told what the fetch did, before the branch moves.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConflictException">Both sides have commits that the other one lacks; says what to do.</exception>
    /// <exception cref="UsageException">HEAD is on no branch, or the branch follows nothing.</exception>
    public PullOutcome Run(FetchOptions options, Action<FetchOutcome> fetched, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(fetched);
        RefName branch = repository.Refs.ReadHead().Branch
            ?? throw new UsageException(
                "HEAD is on no branch, so there is nothing to move on; 'mig checkout BRANCH' goes to one, 'mig fetch' only brings what is "
                + "new");
        UpstreamBranch? upstream = new Upstreams(repository).Find(branch);
        if (options.Refspecs.Count == 0)
            CheckUpstream(branch, upstream, options.Remote);
        if (upstream is { Remote: ".", Id: { } local } && options.Remote is null)
            return MoveOn(branch, new CommitId(local), upstream.ShortName);

        FetchOutcome outcome = new FetchOperation(repository).Run(options, cancellation);
        fetched(outcome);
        FetchedRef[] wanted = [.. outcome.Refs.Where(found => found.IsForMerge)];
        if (wanted.Length > 1)
            throw new UsageException("a pull takes one branch; name one");
        if (wanted is not [{ New: { } id } theirs])
            throw new NotFoundException(
                $"{outcome.Address} has no {upstream?.Merge.Value ?? "such branch"} any more; 'mig branch --set-upstream-to' makes "
                + $"{branch.ShortName} follow another one");
        string name = theirs.Ours?.ShortName ?? $"{theirs.Theirs?.ShortName} of {outcome.Remote ?? outcome.Address}";
        return MoveOn(branch, repository.Revisions.ResolveCommit(id.ToString()), name);
    }

    private static void CheckUpstream(RefName branch, UpstreamBranch? upstream, string? remote)
    {
        if (upstream is null)
        {
            throw new UsageException(
                $"branch '{branch.ShortName}' has no upstream, so say what to pull: 'mig pull {remote ?? "REMOTE"} BRANCH'; "
                + $"or make it follow one: 'mig branch --set-upstream-to={remote ?? "REMOTE"}/BRANCH {branch.ShortName}'");
        }

        if (remote is not null && remote != upstream.Remote)
            throw new UsageException(
                $"branch '{branch.ShortName}' follows '{upstream.Remote}', not '{remote}', so say which branch to pull: 'mig pull "
                + $"{remote} BRANCH'");
    }

    private PullOutcome MoveOn(RefName branch, CommitId theirs, string name)
    {
        if (repository.Refs.Resolve(branch) is not { } tip)
        {
            Update(branch, null, theirs, "pull: initial");
            return new PullOutcome(branch, null, theirs, repository.Walk.Walk([theirs]).Count());
        }

        var ours = new CommitId(tip);
        AheadBehind apart = new Upstreams(repository).Compare(ours, theirs);
        if (apart.Behind == 0)
            return new PullOutcome(branch, ours, ours, 0);
        if (apart.Ahead > 0)
        {
            throw new ConflictException(
                $"'{branch.ShortName}' and '{name}' have gone apart: {apart.Ahead} here and {apart.Behind} there are not on the other "
                + "side. "
                + $"Join them with 'mig merge {theirs.Value.ToShortString()}', or put yours on top of theirs with 'mig rebase "
                + $"{theirs.Value.ToShortString()}'; or replace theirs with 'mig push --force-with-lease'");
        }

        Update(branch, ours, theirs, "pull: Fast-forward");
        return new PullOutcome(branch, ours, theirs, apart.Behind);
    }

    private void Update(RefName branch, CommitId? before, CommitId after, string reason) =>
        repository.Refs.Update(branch, before?.Value ?? default(ObjectId), after.Value, ReflogSignature.Of(repository), reason);
}
