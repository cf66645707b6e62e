using Mig.Core;
using Mig.History.Refs;
using Mig.Images.Browse;
using Mig.Machines.Coverage;

namespace Mig.Images.Searching;

/// <summary>Commits to search, and what each is called: in the order of the refs, or in that of what the user wrote.</summary>
internal sealed class NamedTips
{
    private readonly Dictionary<CommitId, List<string>> _names = [];
    private readonly List<CommitId> _commits = [];

    public IReadOnlyList<CommitId> Commits => _commits;

    /// <summary>The names of a commit; none when it is no tip.</summary>
    public IReadOnlyList<string> NamesOf(CommitId commit) => _names.GetValueOrDefault(commit) ?? [];

    /// <summary>Finds the versions that a user named.</summary>
    public static NamedTips OfRevisions(Repository repository, IEnumerable<string> revisions, AnswerCoverage coverage)
    {
        var tips = new NamedTips();
        foreach (string revision in revisions)
            coverage.Try(VersionName.Of(revision), () => tips.Add(repository.Revisions.ResolveCommit(revision), revision));
        return tips;
    }

    /// <summary>Finds what refs name, and a HEAD that is on no branch.</summary>
    public static NamedTips OfRefs(Repository repository, AnswerCoverage coverage)
    {
        var tips = new NamedTips();
        RefName? current = repository.Refs.ReadHead().Branch;
        foreach ((RefName name, CommitId commit) in VersionTips.OfAll(repository, coverage).OrderBy(tip => Rank(tip.Name, current)))
            tips.Add(commit, name.ShortName);
        return tips;
    }

    private static int Rank(RefName name, RefName? current) =>
        name == current ? 0 : name.IsBranch ? 1 : name.IsTag ? 2 : name == RefName.Head ? 4 : 3;

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
