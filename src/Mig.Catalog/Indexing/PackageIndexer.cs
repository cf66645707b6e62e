using System.Security.Cryptography;
using System.Text;
using Mig.Catalog.Sqlite;
using Mig.Core;

namespace Mig.Catalog.Indexing;

/// <summary>Adds what packages images have, when somebody asks for packages. Images with the same packages share one list.</summary>
internal sealed class PackageIndexer(SqliteDatabase database, ICatalogSource source, IProgressSink progress, CancellationToken cancellation)
{
    // What is lost at most when the process is killed.
    private const int ImagesInTransaction = 50;

    /// <summary>Adds those of some images, by their rows, that are not there yet.</summary>
    /// <returns>The images that are damaged and were left out, and why.</returns>
    public IReadOnlyDictionary<long, CorruptStoreException> Update(IReadOnlyCollection<long> images)
    {
        var leftOut = new Dictionary<long, CorruptStoreException>();
        List<long> missing = [.. images.Where(image => !IsKnown(image))];
        if (missing.Count == 0)
            return leftOut;
        progress.Begin(missing.Count == 1 ? "taking an inventory" : $"taking inventories of {missing.Count} images", 0);
        foreach (long[] some in missing.Chunk(ImagesInTransaction))
        {
            // Inventories take long, and nobody is to wait for them to write.
            var packages = new List<(long Image, IReadOnlyList<CatalogPackage> Packages)>();
            foreach (long image in some)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    packages.Add((image, source.ReadPackages(HashOf(image))));
                }
                catch (CorruptStoreException e)
                {
                    leftOut.Add(image, e);
                }
            }

            database.Execute("BEGIN IMMEDIATE");
            try
            {
                foreach ((long image, IReadOnlyList<CatalogPackage> list) in packages)
                    database.Prepare("INSERT OR IGNORE INTO machines(image, inventory) VALUES(?, ?)").Bind(1, image)
                        .Bind(2, AddInventory(list)).Execute();
                database.Execute("COMMIT");
            }
            catch
            {
                database.Rollback();
                throw;
            }
        }

        return leftOut;
    }

    private bool IsKnown(long image)
    {
        SqliteStatement find = database.Prepare("SELECT 1 FROM machines WHERE image = ?").Bind(1, image);
        bool isKnown = find.Step();
        find.Reset();
        return isKnown;
    }

    private ImageId HashOf(long image)
    {
        SqliteStatement find = database.Prepare("SELECT hash FROM images WHERE id = ?").Bind(1, image);
        ImageId? hash = find.Step() ? new ImageId(new ObjectId(find.Bytes(0))) : null;
        find.Reset();
        return hash ?? throw SqliteException.Corrupt($"image {image} is missing");
    }

    private long AddInventory(IReadOnlyList<CatalogPackage> packages)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Concat(packages.Select(package => $"{package.Kind}\0{package.Name}\0{package.Version}\0{package.Architecture}\0\0"))));
        SqliteStatement find = database.Prepare("SELECT id FROM inventories WHERE hash = ?").Bind(1, hash);
        long row = find.Step() ? find.Integer(0) : 0;
        find.Reset();
        if (row > 0)
            return row;
        row = database.Number("SELECT max(id) FROM inventories") + 1;
        database.Prepare("INSERT INTO inventories(id, hash) VALUES(?, ?)").Bind(1, row).Bind(2, hash).Execute();
        foreach (CatalogPackage package in packages)
            database.Prepare("INSERT OR IGNORE INTO installed(package, inventory) VALUES(?, ?)").Bind(1, AddPackage(package)).Bind(2, row)
                .Execute();
        return row;
    }

    private long AddPackage(CatalogPackage package)
    {
        SqliteStatement find = Bind(database.Prepare(
            "SELECT id FROM packages WHERE name = ? AND kind = ? AND version = ? AND architecture = ?"), package);
        long row = find.Step() ? find.Integer(0) : 0;
        find.Reset();
        if (row > 0)
            return row;
        row = database.Number("SELECT max(id) FROM packages") + 1;
        Bind(database.Prepare("INSERT INTO packages(name, kind, version, architecture, id) VALUES(?, ?, ?, ?, ?)"), package).Bind(5, row)
            .Execute();
        return row;
    }

    private static SqliteStatement Bind(SqliteStatement statement, CatalogPackage package) => statement
        .Bind(1, Encoding.UTF8.GetBytes(package.Name)).Bind(2, Encoding.UTF8.GetBytes(package.Kind))
            .Bind(3, Encoding.UTF8.GetBytes(package.Version)).Bind(4, Encoding.UTF8.GetBytes(package.Architecture));
}
