using Mig.Core;
using Mig.Git.Exporting;
using Mig.Git.Hosts;
using Mig.Git.Objects;
using Mig.History.Refs;
using Mig.History.Trust;

namespace Mig.Git;

/// <summary>Publishes versions as commits of a Git repository, so that changes of an image can be read, blamed and reviewed on any Git
/// host.</summary>
/// <remarks>The same versions and options make the same ids of Git, whether at once or one after another, and whatever the target has
/// already.</remarks>
public sealed class GitExporter(Repository repository, GitExportOptions options)
{
    private const string Kept = "publish.git";

    private readonly GitExportOptions _options = (options ?? throw new ArgumentNullException(nameof(options))).Normalized;

    /// <summary>Publishes to a Git repository on this machine, which is made when it is missing.</summary>
    /// <exception cref="ConflictException">A branch or tag there is not what was published. None was moved.</exception>
    /// <exception cref="UntrustedRepositoryException">It is another user's.</exception>
    public GitExportReport ExportTo(string folder, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var chosen = new ChosenRefs(repository, _options.Branches);
        using GitFolder target = GitFolder.OpenOrCreate(folder);
        using var versions = new VersionPublisher(repository, target, _options, cancellation);
        versions.Publish(chosen.Tips);
        IReadOnlyList<WantedRef> wanted = chosen.Write(target, versions);
        IReadOnlyList<GitRefChange> changes = new RefMoves(repository, versions, _options.Force)
            .Plan(folder, wanted, target.ResolveRef, target.Peel);
        Move(target, changes, wanted);
        return new GitExportReport(versions.NewCount, changes, [.. chosen.Skipped, .. versions.LeftOut]);
    }

    /// <summary>Publishes to a host: what <c>git push</c> takes for an address. Objects are kept in the repository's cache.</summary>
    /// <param name="address">Such as <c>https://host/path</c>, <c>ssh://host/path</c>, <c>user@host:path</c>, <c>file:///path</c>.</param>
    /// <exception cref="ConflictException">A branch or tag there is not what was published. None was moved.</exception>
    /// <exception cref="RemoteException">GIT-001: the host cannot be reached. GIT-002: it refuses.</exception>
    public GitExportReport Push(string address, CancellationToken cancellation = default)
    {
        GitAddress where = GitAddress.TryParse(address) ?? throw new UsageException(
            $"{address} is not an address; it is written as in https://host/path or user@host:path");
        var chosen = new ChosenRefs(repository, _options.Branches);
        using GitFolder kept = GitFolder.OpenOrCreate(SealedFile.PathOf(repository.Folder, Kept));
        using var versions = new VersionPublisher(repository, kept, _options, cancellation);
        versions.Publish(chosen.Tips);
        IReadOnlyList<WantedRef> wanted = chosen.Write(kept, versions);
        var host = new GitHost(kept, where, repository.Context.IsInteractive, cancellation);
        host.List();
        IReadOnlyList<GitRefChange> changes = new RefMoves(repository, versions, _options.Force)
            .Plan(where.Url, wanted, host.Find, host.Peel);
        if (changes.Count > 0)
            host.Push(changes);
        return new GitExportReport(versions.NewCount, changes, [.. chosen.Skipped, .. versions.LeftOut]);
    }

    /// <summary>Tells whether a target is an address of a host, and not a path on this machine.</summary>
    public static bool IsAddress(string target) => GitAddress.TryParse(target) is not null;

    private void Move(GitFolder target, IReadOnlyList<GitRefChange> changes, IReadOnlyList<WantedRef> wanted)
    {
        bool isNew = target.HeadBranch is { } unborn && target.ResolveRef(unborn) is null;
        if (isNew && !wanted.Any(item => item.Name == target.HeadBranch) && BranchToShow(wanted) is { } shown)
            target.PointHead(shown);
        bool isCheckedOut = !target.IsBare && changes.Any(change => change.Name == target.HeadBranch);
        if (isCheckedOut && target.HasChanges())
            throw new ConflictException($"{target.Path}: the branch {target.HeadBranch} is checked out there, and files of it were "
                + "changed; commit them, or put them aside with 'git stash'. Nothing was moved");
        foreach (GitRefChange change in changes)
            target.WriteRef(change.Name, change.After, "mig git export");
        if (isCheckedOut)
            target.CheckOutHead();
    }

    private string? BranchToShow(IReadOnlyList<WantedRef> wanted)
    {
        List<string> branches = [.. wanted.Select(item => item.Name)
            .Where(name => name.StartsWith(RefName.BranchPrefix, StringComparison.Ordinal))];
        string? current = repository.Refs.ReadHead().Branch?.Value;
        return current is not null && branches.Contains(current) ? current : branches.FirstOrDefault();
    }
}
