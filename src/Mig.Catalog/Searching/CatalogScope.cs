using System.Text;
using Mig.Catalog.Sqlite;

namespace Mig.Catalog.Searching;

/// <summary>The versions that are searched.</summary>
/// <param name="Images">The row of the image of each version.</param>
internal sealed record CatalogScope(IReadOnlyList<long> Images)
{
    /// <summary>Returns, for each entry that is the root of a volume, what the volume is called and in which versions.</summary>
    public Dictionary<long, List<(string Volume, VersionSet Versions)>> ReadRoots(SqliteDatabase database)
    {
        ILookup<long, int> versions = Enumerable.Range(0, Images.Count).ToLookup(i => Images[i]);
        var unions = new Dictionary<(long Entry, string Volume), VersionUnion>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        SqliteStatement volumes = database.Prepare("SELECT image, entry, name FROM volumes");
        while (volumes.Step())
        {
            long image = volumes.Integer(0);
            if (!versions.Contains(image))
                continue;
            string name = Encoding.UTF8.GetString(volumes.Bytes(2));
            if (!names.TryAdd(name, name))
                name = names[name];
            (long Entry, string Volume) key = (volumes.Integer(1), name);
            if (!unions.TryGetValue(key, out VersionUnion? union))
                unions.Add(key, union = new VersionUnion());
            foreach (int version in versions[image])
                union.Add(version);
        }

        volumes.Reset();
        var roots = new Dictionary<long, List<(string, VersionSet)>>();
        foreach (((long entry, string volume), VersionUnion union) in unions)
        {
            if (!roots.TryGetValue(entry, out List<(string, VersionSet)>? list))
                roots.Add(entry, list = []);
            list.Add((volume, union.ToSet()));
        }

        return roots;
    }
}
