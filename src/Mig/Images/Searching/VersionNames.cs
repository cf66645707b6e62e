using System.Globalization;
using Mig.Catalog;
using Mig.Core;

namespace Mig.Images.Searching;

/// <summary>Calls versions by the end of the line of history that they are on, as <c>git name-rev</c> does.</summary>
internal static class VersionNames
{
    private const int IdDigits = 10;

    /// <param name="commits">The versions, with the places of their parents among them.</param>
    public static IReadOnlyList<SearchedVersion> Find(IReadOnlyList<CatalogCommit> commits, NamedTips tips)
    {
        string[] lines = new string[commits.Count];
        int[] distances = new int[commits.Count];
        var places = new Dictionary<ObjectId, int>();
        for (int i = 0; i < commits.Count; i++)
        {
            if (tips.NamesOf(commits[i].Id).Count > 0)
                places.Add(commits[i].Id.Value, i);
        }

        foreach (CommitId tip in tips.Commits)
        {
            // One that was left out is not among them.
            string line = tips.NamesOf(tip)[0];
            int next = places.GetValueOrDefault(tip.Value, -1);
            for (int distance = 0; next >= 0 && lines[next] is null; distance++)
            {
                lines[next] = line;
                distances[next] = distance;
                next = commits[next].Parents is [var first, ..] ? first : -1;
            }
        }

        var versions = new SearchedVersion[commits.Count];
        for (int i = 0; i < versions.Length; i++)
            versions[i] = new SearchedVersion(
                commits[i].Id, Names(commits[i].Id, tips, lines[i], distances[i]), lines[i] ?? "", distances[i]);
        return versions;
    }

    private static IReadOnlyList<string> Names(CommitId id, NamedTips tips, string? line, int distance)
    {
        IReadOnlyList<string> names = tips.NamesOf(id);
        if (names.Count > 0)
            return names;
        return [line is null ? id.Value.ToShortString(IdDigits) : string.Create(CultureInfo.InvariantCulture, $"{line}~{distance}")];
    }
}
