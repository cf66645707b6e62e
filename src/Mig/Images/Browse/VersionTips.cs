using Mig.Core;
using Mig.History.Refs;
using Mig.Machines.Coverage;
using Mig.Versions.Baselines;

namespace Mig.Images.Browse;

/// <summary>Finds the versions that refs or users name. Those that are damaged are left out.</summary>
public static class VersionTips
{
    /// <summary>
    /// Returns what refs, and a HEAD that is on no branch, lead to. A ref that is damaged, or leads to nothing, is left out.
    /// </summary>
    public static IReadOnlyList<(RefName Name, CommitId Commit)> OfAll(Repository repository, AnswerCoverage coverage)
    {
        ArgumentNullException.ThrowIfNull(repository);
        List<(RefName, CommitId)> tips = Read(repository, coverage, "refs/");
        tips.RemoveAll(tip => tip.Item1.Value.StartsWith(BaselineStore.Prefix, StringComparison.Ordinal)); // they have no machines
        if (repository.Refs.ReadHead() is { IsDetached: true, Id: { } detached })
            tips.Add((RefName.Head, new CommitId(detached)));
        return tips;
    }

    /// <summary>Returns the branches, and the image of the newest version of each. One that is damaged is left out.</summary>
    public static IReadOnlyList<(RefName Name, CommitId Commit, ImageId Image)> OfBranches(Repository repository, AnswerCoverage coverage)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return Map(
            Read(repository, coverage, RefName.BranchPrefix),
            coverage,
            tip => VersionName.Of(tip.Name.ShortName, tip.Commit.Value),
            tip => (tip.Name, tip.Commit, repository.Objects.ReadCommit(tip.Commit).Image));
    }

    /// <summary>Returns the image of each version that a user named.</summary>
    public static IReadOnlyList<(string Name, ImageId Image)> OfRevisions(
        Repository repository, IEnumerable<string> revisions, AnswerCoverage coverage)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return Map(revisions, coverage, revision => VersionName.Of(revision), revision =>
            (revision, repository.Revisions.ResolveImage(revision)));
    }

    /// <summary>Returns the image of each commit.</summary>
    public static IReadOnlyList<(VersionName Version, ImageId Image)> OfCommits(
        Repository repository, IEnumerable<VersionName> commits, AnswerCoverage coverage)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return Map(commits, coverage, commit => commit, commit =>
            (commit, repository.Objects.ReadCommit(new CommitId(commit.Id!.Value)).Image));
    }

    private static List<TResult> Map<T, TResult>(
        IEnumerable<T> versions, AnswerCoverage coverage, Func<T, VersionName> name, Func<T, TResult> read)
    {
        ArgumentNullException.ThrowIfNull(versions);
        ArgumentNullException.ThrowIfNull(coverage);
        var found = new List<TResult>();
        foreach (T version in versions)
            coverage.Try(name(version), () => found.Add(read(version)));
        return found;
    }

    private static List<(RefName Name, CommitId Commit)> Read(Repository repository, AnswerCoverage coverage, string prefix)
    {
        ArgumentNullException.ThrowIfNull(coverage);
        var damaged = new List<CorruptStoreException>();
        IReadOnlyList<Ref> refs = repository.Refs.List(prefix, damaged);
        foreach (CorruptStoreException damage in damaged)
            coverage.LeaveOut(VersionName.Of("a ref"), damage);
        var tips = new List<(RefName, CommitId)>();
        foreach (Ref found in refs)
        {
            // refs/remotes/origin/HEAD stands for another one that is in the list itself. Tags of anything but versions are none.
            if (found.Target is null)
                coverage.Try(VersionName.Of(found.Name.ShortName, found.Id), () =>
                    tips.AddRange(CommitOf(repository, found.Id) is { } commit ? [(found.Name, commit)] : []));
        }

        return tips;
    }

    private static CommitId? CommitOf(Repository repository, ObjectId id)
    {
        (ObjectId found, ObjectKind? kind) = repository.Objects.Peel(id);
        if (kind is null)
            repository.Objects.ReadCommit(new CommitId(found)); // says that it is missing
        return kind == ObjectKind.Commit ? new CommitId(found) : null;
    }
}
