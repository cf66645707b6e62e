using Mig.Core;
using Mig.History.Refs;

namespace Mig.Versions.Branches;

/// <summary>Moves HEAD, as <c>git checkout</c> does. There are no files to change: an image comes out by an export.</summary>
public sealed class HeadMover(Repository repository)
{
    private const string Previous = "@{-1}";

    /// <summary>Puts HEAD on a branch, or, for any other revision, on a commit without a branch.</summary>
    /// <param name="revision">A revision, or <c>-</c> for where HEAD was before.</param>
    /// <exception cref="NotFoundException">There is no such revision.</exception>
    public HeadMove SwitchTo(string revision)
    {
        ArgumentNullException.ThrowIfNull(revision);
        Head before = repository.Refs.ReadHead();
        RefName? branch = FindBranch(revision == "-" ? Previous : revision, before);
        if (branch is not null)
        {
            CommitId? tip = repository.Refs.Resolve(branch) is { } id ? new CommitId(id) : null;
            var move = new HeadMove(before, branch, tip, before.Branch == branch ? 0 : CountLeftBehind(before, tip));
            if (before.Branch != branch)
                repository.Refs.AttachHead(branch, ReflogSignature.Of(repository), Reason(before, branch.ShortName));
            return move;
        }

        CommitId commit = repository.Revisions.ResolveCommit(revision == "-" ? Previous : revision);
        var detached = new HeadMove(before, null, commit, CountLeftBehind(before, commit));
        if (!detached.IsNone)
            repository.Refs.DetachHead(commit.Value, ReflogSignature.Of(repository),
                Reason(before, revision == "-" ? commit.ToString() : revision));
        return detached;
    }

    /// <summary>Makes a branch and puts HEAD on it.</summary>
    /// <param name="start">Where it begins; null for HEAD, which may be on a branch without commits.</param>
    /// <param name="force">Whether a branch of that name is moved.</param>
    /// <exception cref="ConflictException">There is a branch of that name.</exception>
    public HeadMove SwitchToNew(string branch, string? start, bool force = false)
    {
        RefName name = RefName.Branch(branch);
        Head before = repository.Refs.ReadHead();
        string reason = Reason(before, branch);
        if (!force && repository.Refs.Resolve(name) is not null)
            throw BranchEditor.Exists(branch);
        if (start is null && before.IsUnborn)
        {
            repository.Refs.AttachHead(name, ReflogSignature.Of(repository), reason);
            return new HeadMove(before, name, null, 0);
        }

        CommitId commit = repository.Revisions.ResolveCommit(start ?? "HEAD");
        int leftBehind = CountLeftBehind(before, commit);
        repository.Refs.BeginTransaction(ReflogSignature.Of(repository))
            .Update(name, force ? null : default(ObjectId), commit.Value, $"branch: Created from {start ?? "HEAD"}")
            .AttachHead(name, reason)
            .Commit();
        return new HeadMove(before, name, commit, leftBehind);
    }

    // As in Git: a branch goes before a tag of the same name.
    private RefName? FindBranch(string revision, Head before)
    {
        if (RefName.TryParse(RefName.BranchPrefix + revision, out RefName? branch)
            && (repository.Refs.Resolve(branch) is not null || before.Branch == branch))
            return branch;
        RefName? named = repository.Revisions.ResolveRef(revision);
        return named == RefName.Head ? before.Branch : named is { IsBranch: true } ? named : null;
    }

    private int CountLeftBehind(Head before, CommitId? after)
    {
        if (!before.IsDetached || before.Id is not { } left || left == after?.Value
            || repository.Objects.GetKind(left) != ObjectKind.Commit)
            return 0;
        IEnumerable<CommitId> tips = repository.Refs.List("refs/", damaged: [])
            .Select(name => repository.Objects.GetKind(name.Id) == ObjectKind.Commit ? new CommitId(name.Id) : (CommitId?)null)
            .OfType<CommitId>();
        return repository.Walk.Walk([new CommitId(left)], after is { } next ? tips.Append(next) : tips).Count();
    }

    // The form that "@{-1}" is found by.
    private static string Reason(Head before, string to) =>
        $"checkout: moving from {before.Branch?.ShortName ?? before.Id.ToString()} to {to}";
}
