namespace Mig.Machines.Merging.Packages;

/// <summary>
/// What a machine cannot be without that has some packages of one version and the others of another one: a package needs others, and
/// excludes some. What the later version itself lacks is its own affair. Source: deb-control(5).
/// </summary>
/// <param name="before">The stanzas of the one version by key, as <see cref="StanzaFile"/> has them.</param>
/// <param name="after">Those of the other.</param>
internal sealed class PackageNeeds(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
{
    private static readonly string[] Needs = ["Pre-Depends", "Depends"];
    private static readonly string[] Excludes = ["Conflicts", "Breaks"];

    private readonly InstalledSet _before = new(before);
    private readonly InstalledSet _after = new(after);
    private readonly Dictionary<string, (List<DebianRelation[]> Needs, List<DebianRelation> Excludes)> _relations =
        new(StringComparer.Ordinal);

    /// <summary>The keys that differ, those before others that need them.</summary>
    public IReadOnlyList<string> Order()
    {
        var ordered = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string key in before.Keys.Union(after.Keys).Where(IsChanged).Order(StringComparer.Ordinal))
            Visit(key);
        return ordered;

        // Without recursion: a hostile table may be one long chain.
        void Visit(string first)
        {
            var open = new Stack<(string Key, bool IsDone)>([(first, false)]);
            while (open.TryPop(out (string Key, bool IsDone) item))
            {
                if (item.IsDone)
                {
                    ordered.Add(item.Key);
                    continue;
                }

                if (!seen.Add(item.Key))
                    continue;
                open.Push((item.Key, true));
                foreach (string other in after.TryGetValue(item.Key, out string? stanza)
                    ? RelationsOf(stanza).Needs.SelectMany(choice => choice).SelectMany(_after.Find).Where(IsChanged) : [])
                    open.Push((other, false));
            }
        }
    }

    /// <summary>Adds the packages that must come from the later version, too.</summary>
    /// <param name="taken">The keys of packages from the later version.</param>
    public void Close(ISet<string> taken)
    {
        while (true)
        {
            Dictionary<string, string> mixed = before.Keys.Union(after.Keys)
                .Select(key => (Key: key, Stanza: (taken.Contains(key) ? after : before).GetValueOrDefault(key)))
                .Where(item => StanzaFile.InstalledVersion(item.Stanza) is not null)
                .ToDictionary(item => item.Key, item => item.Stanza!, StringComparer.Ordinal);
            var all = new InstalledSet(mixed);
            string[] missing =
            [
                .. mixed.SelectMany(item => FindMissing(item.Key, item.Value, all, taken.Contains(item.Key) ? _after : _before))
                    .Where(key => !taken.Contains(key)),
            ];
            if (missing.Length == 0)
                return;
            taken.UnionWith(missing);
        }
    }

    // What was so on the machine that a stanza comes from stays so.
    private IEnumerable<string> FindMissing(string key, string stanza, InstalledSet all, InstalledSet own)
    {
        (List<DebianRelation[]> needs, List<DebianRelation> excludes) = RelationsOf(stanza);
        foreach (DebianRelation[] choice in needs.Where(choice => !choice.Any(all.Has) && choice.Any(own.Has)))
            yield return choice.SelectMany(_after.Find).FirstOrDefault(IsChanged) ?? key;
        foreach (DebianRelation excluded in excludes)
        {
            foreach (string other in all.Find(excluded)
                .Where(other => StanzaFile.NameOf(other) != StanzaFile.NameOf(key) && !own.Find(excluded).Contains(other)))
                yield return IsChanged(other) ? other : key;
        }
    }

    private bool IsChanged(string key) => before.GetValueOrDefault(key) != after.GetValueOrDefault(key);

    private (List<DebianRelation[]> Needs, List<DebianRelation> Excludes) RelationsOf(string stanza)
    {
        if (!_relations.TryGetValue(stanza, out (List<DebianRelation[]> Needs, List<DebianRelation> Excludes) relations))
        {
            relations = ([.. Needs.SelectMany(field => DebianRelation.Parse(StanzaFile.Field(stanza, field)))],
                [.. Excludes.SelectMany(field => DebianRelation.Parse(StanzaFile.Field(stanza, field))).SelectMany(choice => choice)]);
            _relations.Add(stanza, relations);
        }

        return relations;
    }
}
