using System.Text;
using Mig.Catalog.Sqlite;
using Mig.History.Trees;

namespace Mig.Catalog.Searching;

/// <summary>Answers where the entries stand that meet conditions, and in which versions.</summary>
internal sealed class EntrySearch(SqliteDatabase database, CatalogScope scope, EntryConditions conditions, CancellationToken cancellation)
{
    private readonly EntryQuery _query = new(database, conditions);
    private readonly PlaceFinder _places = new(database, scope, cancellation);

    public List<FoundEntry> Run()
    {
        List<FoundEntry> found = Locate([.. _query.FindEntries()], IsAt);
        if (conditions.Type != TreeEntryType.Directory)
            found.AddRange(conditions.Names.Count == 0 && conditions.Paths.Count == 0 ? FindLinksToFound(found) : FindNamedLinks());
        return found;
    }

    private List<FoundEntry> Locate(List<EntryRow> rows, Func<Place, bool> isWanted)
    {
        _places.Load(rows);
        var found = new List<FoundEntry>(rows.Count);
        foreach (EntryRow row in rows)
        {
            foreach (Place place in _places.Find(row))
            {
                if (!place.Versions.IsEmpty && isWanted(place))
                    found.Add(new FoundEntry(place.Volume, place.Path, row.Entry, place.Versions));
            }
        }

        return found;
    }

    private bool IsAt(Place place)
    {
        if (conditions.Paths.Count == 0)
            return true;
        byte[] path = [(byte)'/', .. place.Path];
        return conditions.Paths.Any(glob =>
            glob.IsMatch(glob.Pattern.StartsWith('@') ? [.. Encoding.UTF8.GetBytes(place.Volume), .. path] : path));
    }

    // Without conditions on names: whatever is found may have further names.
    private List<FoundEntry> FindLinksToFound(List<FoundEntry> found)
    {
        var targets = _query.LinkTargets().Select(Latin).ToHashSet(StringComparer.Ordinal);
        if (targets.Count == 0)
            return [];
        List<FoundEntry> files = [.. found.Where(file => targets.Contains(Target(file)))];
        var links = new List<EntryRow>();
        foreach (string target in files.Select(Target).Distinct())
            links.AddRange(_query.FindLinksTo(Encoding.Latin1.GetBytes(target)));
        return Join(links, files);
    }

    // With conditions on names: the link's own name must meet them, and what it leads to all the others.
    private List<FoundEntry> FindNamedLinks()
    {
        List<EntryRow> links = [.. _query.FindLinks()];
        if (links.Count == 0)
            return [];
        var names = links.Select(link => Latin(link.Entry.LinkTarget.Span[(link.Entry.LinkTarget.Span.LastIndexOf((byte)'/') + 1)..]))
            .ToHashSet(StringComparer.Ordinal);
        return Join(links, Locate([.. _query.FindEntries(names)], _ => true));
    }

    private List<FoundEntry> Join(List<EntryRow> links, List<FoundEntry> files)
    {
        _places.Load(links);
        ILookup<string, FoundEntry> byTarget = files.ToLookup(Target, StringComparer.Ordinal);
        var found = new List<FoundEntry>();
        foreach (EntryRow link in links)
        {
            List<FoundEntry> targets = [.. byTarget[Latin(link.Entry.LinkTarget.Span)]];
            if (targets.Count == 0)
                continue;
            foreach (Place place in _places.Find(link).Where(IsAt))
                found.AddRange(targets.Select(target => Resolve(link, place, target)).OfType<FoundEntry>());
        }

        return found;
    }

    private static string Target(FoundEntry file) => "/" + Latin(file.Path.Span);

    private static FoundEntry? Resolve(EntryRow link, Place place, FoundEntry target)
    {
        VersionSet versions = place.Volume == target.Volume ? place.Versions.Intersect(target.Versions) : VersionSet.Empty;
        return versions.IsEmpty ? null : new FoundEntry(place.Volume, place.Path, target.Entry with { Name = link.Name }, versions);
    }

    // Bytes as the text with the same numbers, for sets of them.
    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static string Latin(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
