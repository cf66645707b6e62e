using Mig.Core;
using Mig.History.Refs;
using Mig.Versions.Commits;

namespace Mig.Images.Sessions;

/// <summary>Makes a version of what a session holds, and lets the session go on from there.</summary>
internal sealed class SessionCommit(Repository repository)
{
    /// <exception cref="ConflictException">Somebody works with the session, or its branch moved meanwhile.</exception>
    public CommitResult Run(string name, CommitRequest request, CancellationToken cancellation)
    {
        using OpenSession session = repository.Sessions.Open(name);
        return Run(session, request, cancellation);
    }

    /// <summary>Makes a version of a session that is held, while nobody writes to it.</summary>
    /// <inheritdoc cref="Run(string, CommitRequest, CancellationToken)"/>
    public CommitResult Run(OpenSession session, CommitRequest request, CancellationToken cancellation)
    {
        if (session.File.Branch is not { } branch)
            throw new UsageException(
                $"'{session.Name}' began on a version, not on a branch, so its commits have nowhere to go; begin one on a branch");
        var disks = new OpenedDisks(
            session.OpenDisks(), new Head(branch, session.File.Base.Value), session.PlanReading(repository.Store),
            made => (session.File with { Next = made }).Write(session.Folder));
        CommitResult result = new ImageCommitter(repository).Commit(
            request with { Opened = disks }, cancellation);
        if (result.Id is { } made)
            RepositorySessions.Rebase(session, made);
        return result;
    }
}
