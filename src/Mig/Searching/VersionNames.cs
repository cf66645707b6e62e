using System.Globalization;
using Mig.Catalog;
using Mig.Core;

namespace Mig.Searching;

/// <summary>Calls versions by the end of the line of history that they are on, as <c>git name-rev</c> does.</summary>
internal static class VersionNames
{
    private const int IdDigits = 10;

    public static IReadOnlyList<SearchedVersion> Find(CatalogHistory history, NamedTips tips)
    {
        var commits = history.Commits.ToDictionary(commit => commit.Id);
        var places = new Dictionary<CommitId, (string Line, int Distance)>();
        foreach (CommitId tip in tips.Commits)
        {
            string line = tips.NamesOf(tip)[0];
            CommitId? next = tip;
            for (int distance = 0; next is { } id && commits.TryGetValue(id, out CatalogCommit? commit) && places.TryAdd(id, (line, distance)); distance++)
                next = commit.Parents.Count > 0 ? commit.Parents[0] : null;
        }

        return [.. history.Commits.Select(commit => Name(commit.Id, tips, places))];
    }

    private static SearchedVersion Name(CommitId id, NamedTips tips, Dictionary<CommitId, (string Line, int Distance)> places)
    {
        if (!places.TryGetValue(id, out (string Line, int Distance) place))
            return new SearchedVersion(id, [id.Value.ToShortString(IdDigits)], "", 0);
        IReadOnlyList<string> names = tips.NamesOf(id);
        if (names.Count == 0)
            names = [string.Create(CultureInfo.InvariantCulture, $"{place.Line}~{place.Distance}")];
        return new SearchedVersion(id, names, place.Line, place.Distance);
    }
}
