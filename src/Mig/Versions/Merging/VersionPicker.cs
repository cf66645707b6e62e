using Mig.Core;
using Mig.Edits;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Commits;

namespace Mig.Versions.Merging;

/// <summary>
/// Carries the changes of versions to the current branch, or takes them back, as <c>git cherry-pick</c> and <c>git revert</c> do; all of
/// them, or none.
/// </summary>
public sealed class VersionPicker(Repository repository)
{
    /// <exception cref="UsageException">A version is a merge and no parent was named, or has no parent.</exception>
    /// <exception cref="ConflictException">The branch moved meanwhile.</exception>
    public PickOutcome Pick(PickRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Head head = repository.Refs.ReadHead();
        ObjectId tip = head.Require("there is nothing to change").Value;
        var publication = new Publication(repository, PublicationHooks.All, request.NoVerify, request.DryRun, cancellation);
        (Signature author, Signature committer) = (publication.Author, publication.Committer);
        List<(CommitId Id, Commit Commit, CommitId Parent)> sources = [.. request.Revisions.Select(revision => Find(revision, request))];
        RefName target = head.Branch ?? RefName.Head;
        publication.BeginMoves().Update(target, tip, tip, "").Check();
        using FileLock retained = repository.Store.Retain();
        var merger = new ImageMerger(new ScratchStore(repository.Store));
        var history = new MergeHistory(repository, merger);
        var writer = new MergeWriter(repository, merger);
        CommitId at = new(tip);
        var picked = new List<PickedVersion>();
        foreach ((CommitId id, Commit source, CommitId parent) in sources)
        {
            (MachineImage before, MachineImage theirs) = request.Reverts ? (history.Read(id), history.Read(parent))
                : (history.Read(parent), history.Read(id));
            MergePlan plan = merger.Plan(before, history.Read(at), theirs, request.Choices);
            Commit current = repository.Objects.ReadCommit(at);
            string message = MergeNotes.Keep(repository, Message(id, source, request), plan.HasConflicts ? [] : plan.Notes);
            var commit = new Commit
            {
                Image = current.Image, Parents = [at], Author = request.Reverts ? author : source.Author,
                Committer = committer, Provenance = current.Provenance, Message = message
            };
            if (plan.HasConflicts)
            {
                picked.Add(new PickedVersion(id, null, commit, plan));
                return new PickOutcome(head.Branch, new CommitId(tip), new CommitId(tip), picked);
            }

            if (IsNothing(plan))
            {
                picked.Add(new PickedVersion(id, null, commit, plan));
                continue;
            }

            commit = commit with { Message = publication.Ask(message) };

            // A later one may need what an earlier one made, so even a dry run stores what no ref will lead to.
            bool isLast = picked.Count + 1 == sources.Count;
            CommitId made = writer.Write([new PlannedCommit(plan, image => commit with { Image = image })], publication.Stores || !isLast,
                request.Progress, cancellation)[0];
            publication.Offer(made);
            picked.Add(new PickedVersion(id, made, commit, plan));
            at = request.DryRun && isLast ? at : made;
        }

        Publish(publication, target, tip, picked, request.Reverts);
        return new PickOutcome(head.Branch, new CommitId(tip), request.DryRun ? new CommitId(tip) : at, picked);
    }

    /// <summary>Tells whether a plan leaves our image as it is.</summary>
    internal static bool IsNothing(MergePlan plan) =>
        plan.Volumes.All(volume => volume.Result.Operations.Count == 0)
        && ImageEditor.IsSame(plan.Ours, plan.WriteWhole(HashingSink.Instance));

    private static void Publish(Publication publication, RefName target, ObjectId expected, List<PickedVersion> picked, bool reverts)
    {
        var made = new List<CommitId>();
        foreach (PickedVersion version in picked)
        {
            if (version.Id is not { } id)
                continue;
            publication.Move(target, expected, id, $"{(reverts ? "revert" : "cherry-pick")}: {version.Commit.Subject}");
            expected = id.Value;
            made.Add(id);
        }

        publication.Complete(made);
    }

    private (CommitId Id, Commit Commit, CommitId Parent) Find(string revision, PickRequest request)
    {
        CommitId id = repository.Revisions.ResolveCommit(revision);
        Commit commit = repository.Objects.ReadCommit(id);
        if (commit.Parents.Count == 0)
            throw new UsageException(
                $"'{revision}' has no version before it, so it has no changes that could be "
                + $"{(request.Reverts ? "taken back" : "carried over")}");
        if (commit.Parents.Count > 1 && request.Mainline is null)
            throw new UsageException($"'{revision}' is a merge; say with -m NUMBER which parent its changes are counted from");
        int parent = request.Mainline ?? 1;
        if (parent < 1 || parent > commit.Parents.Count)
            throw new UsageException($"'{revision}' has {commit.Parents.Count} parents, so -m {parent} names none");
        return (id, commit, commit.Parents[parent - 1]);
    }

    private static string Message(CommitId id, Commit source, PickRequest request)
    {
        if (request.Reverts)
            return $"Revert \"{source.Subject}\"\n\nThis reverts commit {id}.\n";
        return request.SaysOrigin ? $"{source.Message.TrimEnd('\n')}\n\n(cherry picked from commit {id})\n" : source.Message;
    }
}
