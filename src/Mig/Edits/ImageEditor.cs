using Mig.Core;
using Mig.Exchange.Hooks;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.Images.Ingest;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Commits;

namespace Mig.Edits;

/// <summary>Commits edits: changes the version that a branch points to, makes the result durable, and moves the branch last.</summary>
public sealed class ImageEditor(Repository repository)
{
    /// <summary>Changes a version and commits the result.</summary>
    /// <param name="apply">Makes the changes; when it throws, nothing has happened.</param>
    /// <remarks>
    /// Hooks are asked as for a commit of disks: commit-msg first, pre-commit when the commit is durable and no branch leads to it.
    /// </remarks>
    /// <exception cref="NotFoundException">There is no such branch.</exception>
    /// <exception cref="UsageException">The name is a version and no branch, or the message is empty.</exception>
    /// <exception cref="HookRefusedException">A hook said no. The branch is where it was.</exception>
    /// <exception cref="ConflictException">The branch moved meanwhile, or the new one exists.</exception>
    public EditResult Commit(EditRequest request, Action<ImageEdit> apply, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(apply);
        var publication = new Publication(repository, PublicationHooks.All, request.NoVerify, request.DryRun, cancellation);
        (Signature author, Signature committer) = (request.Author ?? publication.Author, publication.Committer);
        string message = Publication.Clean(request.Message);
        (RefName target, ObjectId? expected, CommitId parentId) = FindTarget(request);
        publication.BeginMoves().Update(target, expected, parentId.Value, message).Check();
        message = publication.Ask(message);

        using FileLock retained = repository.Store.Retain();
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        Commit parent = repository.Objects.ReadCommit(parentId);
        MachineImage before = repository.Objects.ReadImage(parent.Image);
        MachineImage image = Change(before, committer.Time, writer, apply, request.Progress, cancellation);
        RefName? branch = target == RefName.Head ? null : target;
        writer.EndContent();
        if (!request.AllowEmpty && IsSame(before, image))
            return new EditResult(null, branch, message, 0, 0, 0);
        var commit = new Commit
        {
            Image = image.Write(writer),
            Parents = [parentId],
            Author = author,
            Committer = committer,
            Provenance = parent.Provenance,
            Headers = request.Headers,
            Message = message,
        };
        var id = new CommitId(writer.AddObject(ObjectKind.Commit, commit.Encode()));
        cancellation.ThrowIfCancellationRequested();
        if (publication.Stores)
            writer.Complete();
        publication.Offer(id);
        if (request.DryRun)
            return new EditResult(null, branch, message, writer.NewObjectCount, writer.NewBytes, writer.StoredBytes);
        foreach ((ImageDisk old, ImageDisk now) in before.Disks.Zip(image.Disks))
        {
            if (old.Layout is { } from && now.Layout is { } to)
                FreeSpaceCache.Carry(repository.Folder, from, to);
        }

        publication.Move(target, expected, id, $"commit: {commit.Subject}");
        publication.Complete([id]);
        return new EditResult(id, branch, message, writer.NewObjectCount, writer.NewBytes, writer.StoredBytes);
    }

    /// <summary>Tells whether two images have the same disks, byte for byte, the same files, and the same attachments.</summary>
    public static bool IsSame(MachineImage before, MachineImage after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return before.Attachments == after.Attachments && before.Disks.Count == after.Disks.Count
            && before.Disks.Zip(after.Disks)
            .All(pair => pair.First.Length == pair.Second.Length && pair.First.Layout == pair.Second.Layout);
    }

    private MachineImage Change(MachineImage before, DateTimeOffset time, ObjectWriter writer, Action<ImageEdit> apply,
        IProgressSink progress, CancellationToken cancellation)
    {
        using var edit = new ImageEdit(
            new EditBase(repository, before), writer, repository.Context.Parallelism, progress, new StoppedClock(time), cancellation);
        apply(edit);
        return edit.Finish();
    }

    /// <summary>Finds the ref to move, where it must be for that (null: nowhere yet), and the version to change.</summary>
    private (RefName Target, ObjectId? Expected, CommitId Parent) FindTarget(EditRequest request)
    {
        if (request.NewBranch is { } newBranch)
        {
            RefName name = RefName.Branch(newBranch);
            if (repository.Refs.Resolve(name) is not null)
                throw new ConflictException($"a branch named '{newBranch}' already exists; choose another name");
            return (name, default(ObjectId), repository.Revisions.ResolveCommit(request.Branch));
        }

        if (request.Branch is "HEAD" or "@")
        {
            Head head = repository.Refs.ReadHead();
            CommitId at = head.Require();
            return (head.Branch ?? RefName.Head, at.Value, at);
        }

        if (RefName.TryParse(RefName.BranchPrefix + request.Branch, out RefName? branch) && repository.Refs.Resolve(branch) is { } tip)
            return (branch, tip, new CommitId(tip));
        CommitId other = repository.Revisions.ResolveCommit(request.Branch);
        throw new UsageException(
            $"'{request.Branch}' is the version {other.ToString()[..10]}, and no branch that could move on; make one with '-b NAME', or "
            + $"with 'mig branch NAME {request.Branch}'");
    }
}
