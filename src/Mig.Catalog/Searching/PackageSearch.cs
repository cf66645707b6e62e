using System.Text;
using Mig.Catalog.Sqlite;

namespace Mig.Catalog.Searching;

/// <summary>Answers which versions have packages that meet conditions.</summary>
internal sealed class PackageSearch(SqliteDatabase database, CatalogScope scope, IReadOnlyList<PackageCondition> conditions)
{
    public List<FoundPackage> Run()
    {
        VersionUnion?[] versions = scope.VersionsOfImages(database);
        var found = new List<FoundPackage>();
        foreach ((long row, CatalogPackage package) in FindPackages())
        {
            var union = new VersionUnion();
            SqliteStatement images = database.Prepare(
                "SELECT machines.image FROM installed CROSS JOIN machines ON machines.inventory = installed.inventory WHERE "
                + "installed.package = ?").Bind(1, row);
            while (images.Step())
            {
                if (CatalogScope.At(versions, images.Integer(0)) is { } some)
                    union.Add(some.ToSet());
            }

            images.Reset();
            if (union.ToSet() is { IsEmpty: false } set)
                found.Add(new FoundPackage(package, set));
        }

        return found;
    }

    private List<(long Row, CatalogPackage Package)> FindPackages()
    {
        var packages = new List<(long, CatalogPackage)>();
        SqliteStatement all = database.Prepare("SELECT id, name, kind, version, architecture FROM packages");
        while (all.Step())
        {
            bool isNamed = false;
            foreach (PackageCondition condition in conditions)
                isNamed |= condition.Name.IsMatch(all.Bytes(1));
            if (!isNamed)
                continue;
            byte[] name = all.Bytes(1).ToArray();
            var package = new CatalogPackage(Text(all.Bytes(2)), Text(name), Text(all.Bytes(3)), Text(all.Bytes(4)));
            if (conditions.Any(condition => condition.Name.IsMatch(name) && condition.IsWanted(package)))
                packages.Add((all.Integer(0), package));
        }

        all.Reset();
        return packages;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
