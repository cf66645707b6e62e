using Mig.Machines.Inventories.Executables;
using Mig.Machines.Inventories.Languages;
using Mig.Machines.Inventories.Rpm;
using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>Package databases and archives as they are found in images. The first byte of an input says which it is.</summary>
internal sealed class PackageTarget : FuzzTarget
{
    private const string MakeSqlite = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1])
        db.execute("PRAGMA page_size = 512")
        db.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        for i in range(30):
            db.execute("INSERT INTO Packages (blob) VALUES (?)", (bytes([0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 3, 232, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 1, 97, 98, 99, 0]) + bytes(700 * (i % 2)),))
        db.commit()
        """;

    private const string MakeHash =
        "{ printf 'VERSION=3\\nformat=bytevalue\\ntype=hash\\ndb_pagesize=512\\nHEADER=END\\n'; for i in 1 2 3 4 5; do printf ' "
        + "0%d000000\\n %s\\n' $i $(head -c $((i * 100)) /dev/zero | od -An -v -tx1 | tr -d ' \\n'); done; echo DATA=END; } | db5.3_load "
        + "\"$1\"";

    private const string MakeArchive = """
        import sys, zipfile
        with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("META-INF/MANIFEST.MF", "Implementation-Version: 1\n")
            z.writestr("META-INF/maven/a/b/pom.properties", "groupId=a\nartifactId=b\nversion=1\n")
        """;

    private readonly TestFolder _folder = new();

    public PackageTarget()
    {
        Tool.Run("/usr/bin/python3", "-c", MakeSqlite, _folder["sqlite"]);
        Tool.Run("bash", "-euc", MakeHash, "make", _folder["hash"]);
        Tool.Run("/usr/bin/python3", "-c", MakeArchive, _folder["archive"]);
        byte[] go = [0xFF, .. " Go buildinf:\u0008\u0002"u8, .. new byte[16], 6, .. "go1.20"u8, 50, .. new byte[16],
            .. "mod\ta\tv1\tx\ndep\tb\tv2"u8, .. new byte[16]];
        Seeds = [[0, .. File.ReadAllBytes(_folder["sqlite"])], [1, .. File.ReadAllBytes(_folder["hash"])], [2, .. MakeNdb()],
            [3, .. File.ReadAllBytes(_folder["archive"])], [4, .. go]];
    }

    public override string Name => "packages";

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
            return;
        byte[] bytes = input[1..];
        switch (input[0])
        {
            case 0:
                Visit(SqliteDatabase.Open(bytes, [], "input").ReadBlobs("Packages", 1));
                break;
            case 1:
                Visit(BerkeleyDatabase.ReadValues(bytes, "input"));
                break;
            case 2:
                Visit(NdbDatabase.ReadBlobs(bytes, "input"));
                break;
            case 3:
                _ = new JavaLanguage().Read(bytes, "input.jar").Count();
                break;
            default:
                GoBuildInfo.Parse(bytes, "input");
                break;
        }
    }

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    private static void Visit(IEnumerable<ReadOnlyMemory<byte>> headers)
    {
        foreach (ReadOnlyMemory<byte> header in headers)
            RpmPackage.Of(new RpmHeader(header, "input"));
    }

    private static byte[] MakeNdb()
    {
        byte[] database = new byte[4096 + 64];
        "RpmP\0\0\0\0\0\0\0\0\u0001\0\0\0"u8.CopyTo(database);
        for (int slot = 32; slot < 4096; slot += 16)
            "Slot"u8.CopyTo(database.AsSpan(slot));
        "Slot\u0001\0\0\0\0\u0001\0\0\u0004\0\0\0"u8.CopyTo(database.AsSpan(48));
        "BlbS\u0001\0\0\0\0\0\0\0\u0014\0\0\0"u8.CopyTo(database.AsSpan(4096));
        return database;
    }
}
