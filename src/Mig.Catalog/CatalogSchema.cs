using Mig.Catalog.Sqlite;

namespace Mig.Catalog;

/// <summary>
/// The tables. A row for each unique directory, each unique entry and each pair of the two, so the size is linear in unique content; images
/// name the entries of their roots. From a content one climbs: entry, directories that hold it, entries that name these, up to the roots.
/// </summary>
internal static class CatalogSchema
{
    /// <summary>Identifies the file as a catalogue: <c>migC</c>.</summary>
    private const int ApplicationId = 0x6D696743;

    /// <summary>Changes with every change of the tables; another one is made anew.</summary>
    private const int Version = 1;

    private static readonly string[] Statements =
    [
        // Directories. An inner node of a large one is a tree, too. Height counts the levels below.
        "CREATE TABLE trees(hash BLOB PRIMARY KEY, id INTEGER NOT NULL, height INTEGER NOT NULL) WITHOUT ROWID",

        // Which nodes make up a large directory.
        "CREATE TABLE parts(part INTEGER NOT NULL, whole INTEGER NOT NULL, PRIMARY KEY(part, whole)) WITHOUT ROWID",

        // Digest: the first 64 bits of a hash of all columns, to find an equal row. Child: the tree of a directory. The root of a volume
        // has no name.
        """
        CREATE TABLE entries(id INTEGER PRIMARY KEY, name BLOB NOT NULL, type INTEGER NOT NULL, mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL,
        seconds INTEGER NOT NULL, nanoseconds INTEGER NOT NULL, size INTEGER NOT NULL, child INTEGER, target BLOB, sha256 BLOB, digest INTEGER NOT NULL)
        """,
        "CREATE INDEX entries_digest ON entries(digest)",
        "CREATE INDEX entries_child ON entries(child) WHERE child IS NOT NULL",
        "CREATE INDEX entries_sha256 ON entries(substr(sha256, 1, 8)) WHERE sha256 IS NOT NULL",
        "CREATE INDEX entries_link ON entries(target) WHERE type = 7",

        // Which directories hold an entry.
        "CREATE TABLE members(entry INTEGER NOT NULL, tree INTEGER NOT NULL, PRIMARY KEY(entry, tree)) WITHOUT ROWID",

        // The roots of an image's volumes, and what stands before a path on each.
        "CREATE TABLE images(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE)",
        "CREATE TABLE volumes(image INTEGER NOT NULL, name BLOB NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY(image, name, entry)) "
            + "WITHOUT ROWID",

        // Packages of the images that somebody has asked for packages of; images with the same packages have one inventory.
        "CREATE TABLE packages(id INTEGER PRIMARY KEY, name BLOB NOT NULL, kind BLOB NOT NULL, version BLOB NOT NULL, architecture BLOB "
            + "NOT NULL, UNIQUE(name, kind, version, architecture))",
        "CREATE TABLE inventories(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE)",
        "CREATE TABLE installed(package INTEGER NOT NULL, inventory INTEGER NOT NULL, PRIMARY KEY(package, inventory)) WITHOUT ROWID",
        "CREATE TABLE machines(image INTEGER PRIMARY KEY, inventory INTEGER NOT NULL)",
        "CREATE INDEX machines_inventory ON machines(inventory)",

        // A commit is here when all before it are; a shallow one has nothing before it.
        "CREATE TABLE commits(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, image INTEGER NOT NULL, seconds INTEGER NOT NULL, "
            + "is_shallow INTEGER NOT NULL)",
        "CREATE TABLE parents(child INTEGER NOT NULL, position INTEGER NOT NULL, parent INTEGER NOT NULL, PRIMARY KEY(child, position)) "
            + "WITHOUT ROWID",
    ];

    /// <summary>Makes the tables in an empty database.</summary>
    public static void Create(SqliteDatabase database) =>
        database.Execute(
            $"{string.Concat(Statements.Select(statement => statement + ";\n"))}PRAGMA application_id = {ApplicationId}; PRAGMA "
            + $"user_version = {Version}");

    /// <summary>Whether nothing has been made yet.</summary>
    public static bool IsEmpty(SqliteDatabase database) => database.Number("SELECT count(*) FROM sqlite_schema") == 0;

    /// <summary>Whether the database is a catalogue of this version, with these tables and nothing else.</summary>
    public static bool IsValid(SqliteDatabase database)
    {
        if (database.Number("PRAGMA application_id") != ApplicationId || database.Number("PRAGMA user_version") != Version)
            return false;
        var expected = Statements.ToHashSet(StringComparer.Ordinal);
        SqliteStatement schema = database.Prepare("SELECT CAST(sql AS BLOB) FROM sqlite_schema WHERE sql IS NOT NULL");
        bool isKnown = true;
        while (isKnown && schema.Step())
            isKnown = expected.Remove(System.Text.Encoding.UTF8.GetString(schema.Bytes(0)));
        schema.Reset();
        return isKnown && expected.Count == 0;
    }
}
