using Mig.Core;
using Mig.Machines.Inventories.Apk;
using Mig.Machines.Inventories.Dpkg;
using Mig.Machines.Inventories.Executables;
using Mig.Machines.Inventories.Languages;
using Mig.Machines.Inventories.Pacman;
using Mig.Machines.Inventories.Rpm;
using Mig.Testing;

namespace Mig.Tests.Images.Inventories;

/// <summary>Every parser of an inventory on damaged input: each ends, and only with the documented exception.</summary>
public sealed class ParserDamageTests
{
    private const string MakeSqlite = """
        import sqlite3, struct, sys
        header = lambda name: struct.pack(">II", 3, 30) + b"".join(struct.pack(">IIII", tag, 6, offset, 1) for tag, offset in ((1000, 0), (1001, 10), (1002, 20))) + name.ljust(9, b"x") + b"\0" + b"1.0".ljust(9, b"0") + b"\0" + b"1".ljust(9, b"0") + b"\0"
        db = sqlite3.connect(sys.argv[1])
        db.execute("PRAGMA page_size = 512")
        db.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        for i in range(20):
            db.execute("INSERT INTO Packages (blob) VALUES (?)", (header(b"p%d" % i) + bytes(700 * (i % 2)),))
        db.commit()
        """;

    [Fact]
    public void SqliteDatabases()
    {
        byte[] database = Make(MakeSqlite);
        Assert.Equal(20, Read(database).Count);
        Try(database, bytes => Read(bytes), "SQLITE-001", "SQLITE-002", "SQLITE-003", "SQLITE-004", "SQLITE-005", "RPM-001");

        static List<string> Read(byte[] bytes) =>
            [.. SqliteDatabase.Open(bytes, [], "db").ReadBlobs("Packages", 1).Select(blob => new RpmHeader(blob, "db").Text(RpmTag.Name))];
    }

    [Fact]
    public void BerkeleyDatabases()
    {
        const string Load =
            "printf 'VERSION=3\\nformat=bytevalue\\ntype=hash\\ndb_pagesize=512\\nHEADER=END\\n'; for i in 1 2 3 4 5; do printf ' "
            + "0%d000000\\n %s\\n' $i $(head -c $((i * 100)) /dev/zero | od -An -v -tx1 | tr -d ' \\n'); done; echo DATA=END";
        using var files = new TestFolder();
        Tool.Run("bash", "-euc", $"{{ {Load}; }} | db5.3_load '{files["db"]}'");
        byte[] database = File.ReadAllBytes(files["db"]);
        Assert.Equal([100, 200, 300, 400, 500], BerkeleyDatabase.ReadValues(database, "db").Select(value => value.Length).Order());
        Try(database, bytes => BerkeleyDatabase.ReadValues(bytes, "db").Count(), "BDB-001", "BDB-002", "BDB-003", "BDB-004");
    }

    [Fact]
    public void NdbDatabases()
    {
        byte[] database = new byte[4096 + 64];
        "RpmP\0\0\0\0\0\0\0\0\u0001\0\0\0"u8.CopyTo(database);
        for (int slot = 32; slot < 4096; slot += 16)
            "Slot"u8.CopyTo(database.AsSpan(slot));
        "Slot\u0001\0\0\0\0\u0001\0\0\u0004\0\0\0"u8.CopyTo(database.AsSpan(48));
        "BlbS\u0001\0\0\0\0\0\0\0\u0014\0\0\0"u8.CopyTo(database.AsSpan(4096));
        Assert.Equal([20], NdbDatabase.ReadBlobs(database, "db").Select(blob => blob.Length));
        Try(database, bytes => NdbDatabase.ReadBlobs(bytes, "db").Count(), "NDB-001", "NDB-002", "NDB-003");
    }

    // Text has no wrong form: what is not understood is left out.
    [Fact]
    public void Texts()
    {
        byte[] status =
            "Package: a\nStatus: install ok installed\nSource: b (1)\nVersion: 1\nArchitecture: all\n\nPackage: c\n"u8.ToArray();
        Try(status, bytes => DpkgStatus.Parse(bytes));
        Try("P:a\nV:1\nF:x\nR:y\na:0:0:755\nZ:Q1AAAA=\n\n"u8.ToArray(), bytes => ApkInstalled.Parse(bytes));
        Try("%NAME%\na\n\n%VERSION%\n1\n"u8.ToArray(), bytes => PacmanDescription.Parse(bytes));
        Try("Name: a\nVersion: 1\n\nText"u8.ToArray(), bytes => new PythonLanguage().Read(bytes, "x").ToList());
        Try("{\"name\":\"a\",\"version\":\"1\",\"x\":{\"y\":[1,2]}}"u8.ToArray(), bytes => new NodeLanguage().Read(bytes, "x").ToList());
        Try("  s.name = \"a\".freeze\n  s.version = \"1\"\n"u8.ToArray(), bytes => new RubyLanguage().Read(bytes, "x").ToList());
    }

    [Fact]
    public void ArchivesAndSections()
    {
        byte[] archive = Make("""
            import sys, zipfile
            with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
                z.writestr("META-INF/MANIFEST.MF", "Implementation-Version: 1\nBundle-SymbolicName: a.b\n")
                z.writestr("META-INF/maven/a/b/pom.properties", "groupId=a\nartifactId=b\nversion=1\n")
            """);
        Assert.Equal("a:b", Assert.Single(new JavaLanguage().Read(archive, "x.jar")).Name);
        Try(archive, bytes => new JavaLanguage().Read(bytes, "x.jar").ToList());
        byte[] go = [0xFF, .. " Go buildinf:\u0008\u0002"u8, .. new byte[16], 6, .. "go1.20"u8, 50, .. new byte[16],
            .. "mod\ta\tv1\tx\ndep\tb\tv2"u8, .. new byte[16]];
        Assert.NotEmpty(GoBuildInfo.Parse(go, "x"));
        Try(go, bytes => GoBuildInfo.Parse(bytes, "x"));
        byte[] rust =
            Make("import sys, zlib; open(sys.argv[1], 'wb').write(zlib.compress(b'{\"packages\":[{\"name\":\"a\",\"version\":\"1\"}]}'))");
        Assert.Single(RustAudit.Parse(rust, "x"));
        for (int length = 0; length < rust.Length; length++)
            Attempt(rust[..length], bytes => RustAudit.Parse(bytes, "x"), []);
        Assert.Empty(RustAudit.Parse([0x78, 0x20, .. rust[2..]], "x")); // wants a preset dictionary
    }

    private static byte[] Make(string python)
    {
        using var files = new TestFolder();
        Tool.Run("/usr/bin/python3", "-c", python, files["made"]);
        return File.ReadAllBytes(files["made"]);
    }

    // Prefixes and flipped bits, all of small input and some of large; no code but the named ones may come up.
    private static void Try(byte[] input, Func<byte[], object?> parse, params string[] codes)
    {
        var seen = new HashSet<string>();
        int step = Math.Max(1, input.Length / 2000) | 1;
        for (int length = 0; length < input.Length; length += step)
            Attempt(input[..length], parse, seen);
        for (long bit = 0; bit < input.Length * 8L; bit += step)
            Attempt(Damage.FlipBit(input, bit), parse, seen);
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = [.. input];
            for (int j = 0; j < 8; j++)
                bytes[random.Next(Math.Min(bytes.Length, 4096))] = (byte)random.Next(256);
            Attempt(bytes, parse, seen);
        }

        Assert.Empty(seen.Except(codes));
    }

    private static void Attempt(byte[] bytes, Func<byte[], object?> parse, HashSet<string> seen)
    {
        try
        {
            parse(bytes);
        }
        catch (CorruptImageException e)
        {
            seen.Add(e.Code);
        }
    }
}
