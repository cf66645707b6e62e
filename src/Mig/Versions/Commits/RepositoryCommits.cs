using Mig.Core;
using Mig.Exchange.Hooks;
using Mig.History.Revisions;

namespace Mig.Versions.Commits;

/// <summary>The commits of a repository: takes disks in as new ones, and lists those there are. May be used from several threads.</summary>
public sealed class RepositoryCommits
{
    private readonly Repository _repository;

    internal RepositoryCommits(Repository repository) => _repository = repository;

    /// <summary>Commits one disk to the current branch, as <c>mig commit DISK -m MESSAGE</c> does.</summary>
    /// <param name="disk">The path of the disk; what its container is shows in its content.</param>
    /// <param name="message">Says what this version is.</param>
    /// <param name="cancellation">Ends the commit; the branch is then where it was.</param>
    /// <inheritdoc cref="Add(CommitRequest, CancellationToken)"/>
    public CommitResult Add(string disk, string message, CancellationToken cancellation = default) =>
        Add(new CommitRequest { Disks = [disk], Message = message }, cancellation);

    /// <summary>Commits the disks of one machine to the current branch.</summary>
    /// <returns>What was found and stored; <see cref="CommitResult.Id"/> is null when nothing had changed.</returns>
    /// <remarks>
    /// When it returns, the commit is durable. The hook commit-msg is asked before a disk is read; pre-commit when the commit is durable
    /// and no branch leads to it; post-commit is told at the end. Reads and compresses on <see cref="RepositoryContext.Parallelism"/>
    /// threads.
    /// </remarks>
    /// <exception cref="UsageException">There is no disk or no message, or nobody says who commits (<c>user.name</c>,
    /// <c>user.email</c>).</exception>
    /// <exception cref="NotFoundException">A disk does not exist.</exception>
    /// <exception cref="CorruptImageException">A container breaks its format. A damaged file system does not end a commit: it is kept as it
    /// is.</exception>
    /// <exception cref="UnsupportedFeatureException">A container is one that mig cannot read.</exception>
    /// <exception cref="ChangedFileException">A disk was written to while it was read.</exception>
    /// <exception cref="HookRefusedException">A hook said no. The branch is where it was; what was stored waits for the next
    /// <c>gc</c>.</exception>
    /// <exception cref="ConflictException">The branch moved meanwhile, and what was stored stays; trying again is quick. Or a disk is in
    /// use.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was asked for.</exception>
    public CommitResult Add(CommitRequest request, CancellationToken cancellation = default) =>
        new ImageCommitter(_repository).Commit(request, cancellation);

    /// <summary>Returns a version and all before it, newest first. Each is read when it is asked for.</summary>
    /// <param name="revision">Where to begin: a branch, a tag, an id, or any other revision (docs/guide/versions.md).</param>
    /// <exception cref="NotFoundException">There is no such version; the current branch of a new repository has none.</exception>
    /// <exception cref="CorruptStoreException">A commit is missing or damaged.</exception>
    public IEnumerable<WalkedCommit> List(string revision = "HEAD") =>
        _repository.Walk.Walk([_repository.Revisions.ResolveCommit(revision)]);
}
