using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.Machines.Merging;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Branches;
using Mig.Versions.Commits;

namespace Mig.Versions.Merging;

/// <summary>
/// Merges a version into the current branch, as <c>git merge</c> does. Nothing changes before all is done: with conflicts, or when it is
/// stopped, the branch is where it was.
/// </summary>
public sealed class Merger(Repository repository)
{
    /// <exception cref="ConflictException">The branch cannot simply move on and should, the histories have nothing in common, or the branch
    /// moved meanwhile.</exception>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="UnsupportedFeatureException">Files must change in a file system that mig cannot write; named.</exception>
    public MergeOutcome Merge(MergeRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Head head = repository.Refs.ReadHead();
        CommitId ours = head.Require("there is nothing to merge into"), theirs = repository.Revisions.ResolveCommit(request.Revision);
        IReadOnlyList<CommitId> bases = repository.Walk.MergeBases(ours, theirs);
        if (bases.Count == 0)
            throw new ConflictException($"refusing to merge unrelated histories: '{request.Revision}' and HEAD have no version in common");
        if (bases.Contains(theirs))
            return new MergeOutcome(head.Branch, ours, theirs, ours, MergeKind.UpToDate, null);
        if (bases.Contains(ours) && !request.NoFastForward)
        {
            RefTransaction move = repository.Refs.BeginTransaction(ReflogSignature.Of(repository))
                .Update(head.Branch ?? RefName.Head, ours.Value, theirs.Value, $"merge {request.Revision}: Fast-forward");
            if (request.DryRun)
                move.Check();
            else
                move.Commit();
            return new MergeOutcome(head.Branch, ours, theirs, request.DryRun ? ours : theirs, MergeKind.FastForward, null);
        }

        if (request.FastForwardOnly)
            throw new ConflictException(
                $"not possible to fast-forward: HEAD has versions that '{request.Revision}' lacks; leave out --ff-only to merge them");
        var publication = new Publication(repository, PublicationHooks.All, request.NoVerify, request.DryRun, cancellation);
        (Signature author, Signature committer) = (publication.Author, publication.Committer);
        string message = Publication.Clean(request.Message ?? DefaultMessage(request.Revision, head));
        RefName target = head.Branch ?? RefName.Head;
        publication.BeginMoves().Update(target, ours.Value, theirs.Value, message).Check();
        using FileLock retained = repository.Store.Retain();
        var merger = new ImageMerger(new ScratchStore(repository.Store));
        var history = new MergeHistory(repository, merger);
        MergePlan plan = merger.Plan(history.MergeBases(bases), history.Read(ours), history.Read(theirs), request.Choices);
        if (!plan.HasConflicts)
            request.Choices.CheckUsed();
        else
            return new MergeOutcome(head.Branch, ours, theirs, ours, MergeKind.Conflict, plan) { Message = message };
        message = publication.Ask(MergeNotes.Keep(repository, message, plan.Notes));
        IReadOnlyList<string> provenance = repository.Objects.ReadCommit(ours).Provenance;
        var planned = new PlannedCommit(plan, image =>
            new Commit
            {
                Image = image, Parents = [ours, theirs], Author = author, Committer = committer, Provenance = provenance,
                Message = message
            });
        CommitId id = new MergeWriter(repository, merger).Write([planned], publication.Stores, request.Progress, cancellation)[0];
        publication.Offer(id);
        if (request.DryRun)
            return new MergeOutcome(head.Branch, ours, theirs, ours, MergeKind.Merged, plan) { Message = message };
        publication.Move(target, ours.Value, id, $"merge {request.Revision}: Merge made by the 'mig' strategy.");
        publication.Complete([id]);
        return new MergeOutcome(head.Branch, ours, theirs, id, MergeKind.Merged, plan) { Message = message };
    }

    /// <summary>Finds out how two versions would be merged, and changes nothing.</summary>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="ConflictException">Their histories have nothing in common.</exception>
    public MergePlan Preview(string ours, string theirs, MergeChoices choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        CommitId left = repository.Revisions.ResolveCommit(ours), right = repository.Revisions.ResolveCommit(theirs);
        IReadOnlyList<CommitId> bases = repository.Walk.MergeBases(left, right);
        if (bases.Count == 0)
            throw new ConflictException($"'{ours}' and '{theirs}' have no version in common, so there is nothing to merge them from");
        var merger = new ImageMerger(new ScratchStore(repository.Store));
        var history = new MergeHistory(repository, merger);
        return merger.Plan(history.MergeBases(bases), history.Read(left), history.Read(right), choices);
    }

    // As Git has it: the branch that everything comes to is not named.
    private string DefaultMessage(string revision, Head head)
    {
        string what = repository.Revisions.ResolveRef(revision) switch
        {
            { IsBranch: true } branch => $"branch '{branch.ShortName}'",
            { } name when name.Value.StartsWith(RefName.TagPrefix, StringComparison.Ordinal) => $"tag '{name.ShortName}'",
            { } name when name.Value.StartsWith(RefName.RemotePrefix, StringComparison.Ordinal) =>
                $"remote-tracking branch '{name.ShortName}'",
            _ => $"commit '{revision}'",
        };
        return head.Branch is { ShortName: not ("main" or "master") } into ? $"Merge {what} into {into.ShortName}" : $"Merge {what}";
    }
}
