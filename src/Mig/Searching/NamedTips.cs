using Mig.Core;
using Mig.History.Refs;

namespace Mig.Searching;

/// <summary>Commits to search, and what each is called: in the order of the refs, or in that of what the user wrote.</summary>
internal sealed class NamedTips
{
    private readonly Dictionary<CommitId, List<string>> _names = [];
    private readonly List<CommitId> _commits = [];

    public IReadOnlyList<CommitId> Commits => _commits;

    /// <summary>Whether no ref had to be left out; those that had were said.</summary>
    public bool AreWhole { get; private set; } = true;

    /// <summary>The names of a commit; none when it is no tip.</summary>
    public IReadOnlyList<string> NamesOf(CommitId commit) => _names.GetValueOrDefault(commit) ?? [];

    /// <summary>Finds the versions that a user named.</summary>
    public static NamedTips OfRevisions(Repository repository, IEnumerable<string> revisions)
    {
        var tips = new NamedTips();
        foreach (string revision in revisions)
            tips.Add(repository.Revisions.ResolveCommit(revision), revision);
        return tips;
    }

    /// <summary>Finds what refs name, and a HEAD that is on no branch. A ref that is damaged is said to be so, and left out.</summary>
    public static NamedTips OfRefs(Repository repository)
    {
        var tips = new NamedTips();
        Head head = repository.Refs.ReadHead();
        var damaged = new List<CorruptStoreException>();
        IReadOnlyList<Ref> refs = repository.Refs.List("refs/", damaged);
        foreach (CorruptStoreException damage in damaged)
            tips.LeaveOut(repository, damage.Message);
        foreach (Ref found in refs.OrderBy(found => Rank(found.Name, head)))
        {
            // refs/remotes/origin/HEAD stands for another one that is in the list itself.
            if (found.Target is not null)
                continue;
            try
            {
                ObjectId id = found.Id;
                while (repository.Objects.GetKind(id) == ObjectKind.Tag)
                    id = repository.Objects.ReadTag(new TagId(id)).Target;
                if (repository.Objects.GetKind(id) == ObjectKind.Commit)
                    tips.Add(new CommitId(id), found.Name.ShortName);
                else if (repository.Objects.GetKind(id) is null)
                    tips.LeaveOut(repository, $"{found.Name.ShortName}: {id} is missing; run mig fsck");
            }
            catch (CorruptStoreException e)
            {
                tips.LeaveOut(repository, $"{found.Name.ShortName}: {e.Message}");
            }
        }

        if (head is { IsDetached: true, Id: { } detached })
            tips.Add(new CommitId(detached), RefName.Head.Value);
        return tips;
    }

    private static int Rank(RefName name, Head head) => name == head.Branch ? 0 : name.IsBranch ? 1 : name.IsTag ? 2 : 3;

    private void LeaveOut(Repository repository, string what)
    {
        AreWhole = false;
        repository.Context.Notice($"not searched: {what}");
    }

    private void Add(CommitId commit, string name)
    {
        if (!_names.TryGetValue(commit, out List<string>? names))
        {
            _names.Add(commit, names = []);
            _commits.Add(commit);
        }

        if (!names.Contains(name))
            names.Add(name);
    }
}
