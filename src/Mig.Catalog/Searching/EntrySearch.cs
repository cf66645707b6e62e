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
        var found = new List<FoundEntry>();
        foreach (EntryRow row in _query.FindEntries())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (Place place in _places.FindEntry(row.Id, row.Name))
            {
                if (IsAt(place))
                    found.Add(new FoundEntry(place.Volume, place.Path, row.Entry, place.Versions));
            }
        }

        if (conditions.Type is null or TreeEntryType.File)
            found.AddRange(conditions.Names.Count == 0 && conditions.Paths.Count == 0 ? FindLinksToFound(found) : FindNamedLinks());
        return found;
    }

    private bool IsAt(Place place)
    {
        if (conditions.Paths.Count == 0)
            return true;
        byte[] path = [(byte)'/', .. place.Path];
        return conditions.Paths.Any(glob => glob.IsMatch(glob.Pattern.StartsWith('@') ? [.. Encoding.UTF8.GetBytes(place.Volume), .. path] : path));
    }

    // Without conditions on names: whatever is found may have further names.
    private List<FoundEntry> FindLinksToFound(List<FoundEntry> found)
    {
        var targets = _query.LinkTargets().Select(Latin).ToHashSet(StringComparer.Ordinal);
        var links = new List<FoundEntry>();
        if (targets.Count == 0)
            return links;
        foreach (FoundEntry file in found)
        {
            byte[] target = [(byte)'/', .. file.Path.Span];
            if (!targets.Contains(Latin(target)))
                continue;
            foreach (EntryRow link in _query.FindLinksTo(target))
                links.AddRange(_places.FindEntry(link.Id, link.Name).Select(place => Resolve(link, place, file)).OfType<FoundEntry>());
        }

        return links;
    }

    // With conditions on names: the link's own name must meet them, and what it leads to all the others.
    private List<FoundEntry> FindNamedLinks()
    {
        List<EntryRow> links = [.. _query.FindLinks()];
        var found = new List<FoundEntry>();
        if (links.Count == 0)
            return found;
        var names = links.Select(link => Latin(link.Entry.LinkTarget.Span[(link.Entry.LinkTarget.Span.LastIndexOf((byte)'/') + 1)..])).ToHashSet(StringComparer.Ordinal);
        var files = new List<FoundEntry>();
        foreach (EntryRow row in _query.FindEntries(names))
            files.AddRange(_places.FindEntry(row.Id, row.Name).Select(place => new FoundEntry(place.Volume, place.Path, row.Entry, place.Versions)));
        ILookup<string, FoundEntry> byPath = files.ToLookup(file => "/" + Latin(file.Path.Span));
        foreach (EntryRow link in links)
        {
            cancellation.ThrowIfCancellationRequested();
            List<FoundEntry> targets = [.. byPath[Latin(link.Entry.LinkTarget.Span)]];
            if (targets.Count == 0)
                continue;
            foreach (Place place in _places.FindEntry(link.Id, link.Name).Where(IsAt))
                found.AddRange(targets.Select(target => Resolve(link, place, target)).OfType<FoundEntry>());
        }

        return found;
    }

    private static FoundEntry? Resolve(EntryRow link, Place place, FoundEntry target)
    {
        VersionSet versions = place.Volume == target.Volume ? place.Versions.Intersect(target.Versions) : VersionSet.Empty;
        return versions.IsEmpty ? null : new FoundEntry(place.Volume, place.Path, target.Entry with { Name = link.Name }, versions);
    }

    // Bytes as the text with the same numbers, for sets of them.
    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static string Latin(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
