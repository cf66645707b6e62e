using Mig.Core;
using Mig.Git.Objects;
using Mig.History.Commits;
using Mig.History.Revisions;

namespace Mig.Git.Exporting;

/// <summary>Decides which branches and tags of a target may be moved. A branch moves forward; what others put on it is kept, unless it was
/// taken in here, or the user says so.</summary>
internal sealed class RefMoves(Repository repository, VersionPublisher versions, bool force)
{
    /// <summary>The header of a version by which it says which commit of Git it was made from.</summary>
    public const string SourceHeader = "git-commit";

    private readonly List<string> _refused = [];

    /// <summary>Finds what must be moved.</summary>
    /// <param name="find">Says where a ref of the target is; null when there is none.</param>
    /// <param name="peel">Says which commit an object of the target leads to; null when that is not known.</param>
    /// <exception cref="ConflictException">One may not be moved; then none is.</exception>
    public IReadOnlyList<GitRefChange> Plan(string target, IReadOnlyList<WantedRef> wanted, Func<string, GitId?> find, Func<GitId,
        GitId?> peel)
    {
        var changes = new List<GitRefChange>();
        foreach (WantedRef item in wanted)
        {
            GitId? now = find(item.Name);
            if (now == item.Id)
                continue;
            bool isTag = item.Name.StartsWith("refs/tags/", StringComparison.Ordinal);

            // A tag that was made there and taken in here says the same in other bytes.
            if (isTag && now is { } tag && peel(tag) == versions.IdOf(item.Version) && !force)
                continue;
            bool isForced = now is { } old && (isTag || !IsBefore(old, item.Version));
            if (isForced && !force && (isTag || !IsTakenIn(now!.Value, item.Version)))
                _refused.Add(isTag ? $"tag {Short(item.Name)} names another object there ({now!.Value.Short})"
                    : $"branch {Short(item.Name)} has {now!.Value.Short}, which is not a version of it here");
            changes.Add(new GitRefChange(item.Name, now, item.Id, isForced));
        }

        return _refused.Count == 0
            ? changes
            : throw new ConflictException($"{target}: {string.Join("; ", _refused)}. Take in what was changed there with 'mig git "
                + "import'; or, if history was rewritten here or was published with other options, replace it with --force. Nothing was "
                + "moved");
    }

    private bool IsBefore(GitId old, CommitId version) => repository.Walk.Walk([version]).Any(item => versions.IdOf(item.Id) == old);

    private bool IsTakenIn(GitId old, CommitId version)
    {
        string id = old.ToString();
        return repository.Walk.Walk([version]).Any(item => item.Commit.Headers.Any(
            header => header.Key == SourceHeader && header.Value == id));
    }

    private static string Short(string name) => name[(name.IndexOf('/', "refs/".Length) + 1)..];
}
