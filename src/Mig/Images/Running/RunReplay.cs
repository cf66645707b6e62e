using Mig.Core;
using Mig.Exchange.Hooks;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.Store;
using Mig.Versions.Commits;

namespace Mig.Images.Running;

/// <summary>Makes a version of what the same command made of the same image before.</summary>
internal sealed class RunReplay(Repository repository)
{
    /// <summary>Makes it. The caller holds a lock of <see cref="ObjectStore.Retain"/>.</summary>
    /// <param name="tip">Where the branch is.</param>
    /// <param name="made">The version that came of it then.</param>
    /// <exception cref="ConflictException">The branch moved meanwhile.</exception>
    public CommitResult Run(RefName branch, ObjectId tip, CommitId made, RunRequest request, CancellationToken cancellation)
    {
        var publication = new Publication(repository, PublicationHooks.All, request.NoVerify, cancellation: cancellation);
        Commit before = repository.Objects.ReadCommit(made);
        string message = publication.Ask(Publication.Clean(request.Message ?? string.Join(' ', request.Command)));
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        var commit = new Commit
        {
            Image = before.Image,
            Parents = [new CommitId(tip)],
            Author = publication.Author,
            Committer = publication.Committer,
            Provenance = before.Provenance,
            Message = message,
        };
        var id = new CommitId(writer.AddObject(ObjectKind.Commit, commit.Encode()));
        writer.Complete();
        publication.Offer(id);
        publication.Move(branch, tip, id, "commit: " + commit.Subject);
        publication.Complete([id]);
        return new CommitResult(id, branch, false, before.Image, [], writer.NewObjectCount, writer.NewBytes, writer.StoredBytes)
        {
            Message = message,
        };
    }
}
