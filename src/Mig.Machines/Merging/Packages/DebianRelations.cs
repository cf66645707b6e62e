using Mig.History.Merging;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// Finds packages that no dpkg would have installed side by side: one needs what the other side removed, or two that exclude each other
/// came from two sides. What a side had that way before is its own affair. Source: deb-control(5).
/// </summary>
/// <param name="here">Our stanzas by key, as <see cref="StanzaFile"/> has them.</param>
/// <param name="there">Their stanzas.</param>
internal sealed class DebianRelations(IReadOnlyDictionary<string, string> here, IReadOnlyDictionary<string, string> there)
{
    private static readonly string[] Needs = ["Pre-Depends", "Depends"];
    private static readonly string[] Excludes = ["Conflicts", "Breaks"];

    private readonly InstalledSet _here = new(here);
    private readonly InstalledSet _there = new(there);

    /// <param name="sideOf">From which side a package is taken.</param>
    /// <returns>The packages that do not fit together, and why, in one sentence.</returns>
    public IEnumerable<(IReadOnlyList<string> Keys, string Reason)> FindBroken(Func<string, MergeSide> sideOf)
    {
        var merged = here.Keys.Union(there.Keys)
            .Select(key => (Key: key, Stanza: (sideOf(key) == MergeSide.Ours ? here : there).GetValueOrDefault(key)))
            .Where(item => StanzaFile.InstalledVersion(item.Stanza) is not null)
                .ToDictionary(item => item.Key, item => item.Stanza!, StringComparer.Ordinal);
        var all = new InstalledSet(merged);
        foreach ((string key, string stanza) in merged)
        {
            // The sides on which it stands like that.
            string? version = StanzaFile.InstalledVersion(stanza);
            List<InstalledSet> own = [];
            if (StanzaFile.InstalledVersion(here.GetValueOrDefault(key)) == version)
                own.Add(_here);
            if (StanzaFile.InstalledVersion(there.GetValueOrDefault(key)) == version)
                own.Add(_there);
            foreach (DebianRelation[] choice in Needs.SelectMany(field => DebianRelation.Parse(StanzaFile.Field(stanza, field))))
            {
                if (choice.Any(all.Has) || !own.All(set => choice.Any(set.Has)))
                    continue;
                string[] missing = [.. own.SelectMany(set => choice.SelectMany(set.Find)).Distinct()];
                yield return ([key, .. missing],
                    $"'{key}' needs '{choice[0].Name}', which the other side {(missing.Any(merged.ContainsKey) ? "changed" : "removed")}");
            }

            foreach (DebianRelation excluded in Excludes.SelectMany(field => DebianRelation.Parse(StanzaFile.Field(stanza, field)))
                .SelectMany(choice => choice))
            {
                foreach (string other in all.Find(excluded).Where(other =>
                    StanzaFile.NameOf(other) != StanzaFile.NameOf(key) && own.All(set => !set.Find(excluded).Contains(other))))
                    yield return ([key, other], $"'{key}' and '{other}' exclude each other");
            }
        }
    }
}
