using System.Text;
using Mig.History.Revisions;
using Mig.Versions.Histories;

namespace Mig.Cli.Json;

/// <summary>Since when and until when something is there. Commits are ids.</summary>
/// <param name="Branches">Branches with such a version in their history.</param>
/// <param name="CurrentBranches">Those of them whose last version has it.</param>
/// <param name="Paths">Where the content stands in the last version that has it, when a content was asked for.</param>
internal sealed record TimelineJson(
    string Value,
    string First,
    string Last,
    int Count,
    IReadOnlyList<string> BroughtBy,
    IReadOnlyList<string> RemovedBy,
    IReadOnlyList<string> Branches,
    IReadOnlyList<string> CurrentBranches,
    IReadOnlyList<string>? Paths)
{
    public static TimelineJson Of(TimelineEntry entry) => new(
        entry.Value,
        entry.First.Id.ToString(),
        entry.Last.Id.ToString(),
        entry.Count,
        Ids(entry.BroughtBy),
        Ids(entry.RemovedBy),
        [.. entry.Branches.Select(branch => branch.Branch)],
        [.. entry.Branches.Where(branch => branch.IsThere).Select(branch => branch.Branch)],
        entry.Paths.Count == 0 ? null : [.. entry.Paths.Select(path => Encoding.UTF8.GetString(path))]);

    private static IReadOnlyList<string> Ids(IEnumerable<WalkedCommit> commits) => [.. commits.Select(commit => commit.Id.ToString())];
}
