using System.Buffers.Binary;
using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Rpm;
using Mig.Testing;

namespace Mig.Tests.Images.Inventories;

/// <summary>Package databases that the package managers themselves wrote, against what they say is in them.</summary>
public sealed class PackageDatabaseTests : IDisposable
{
    private const string Spec = """
        Name: alpha
        Epoch: 2
        Version: 1.0~rc1
        Release: 3.test
        Summary: a
        License: MIT and BSD
        Vendor: Some Vendor
        BuildArch: noarch
        %description
        x
        %install
        mkdir -p %{buildroot}/etc %{buildroot}/usr/share/alpha
        echo conf > %{buildroot}/etc/alpha.conf
        for i in $(seq 300); do echo $i > %{buildroot}/usr/share/alpha/a-file-with-a-long-name-$i; done
        %files
        %config /etc/alpha.conf
        /usr/share/alpha
        %package -n beta
        Summary: b
        %description -n beta
        y
        %files -n beta
        """;

    private const string Query = "%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE} %{ARCH}\\n";

    private readonly MachineRoot _machine = new();

    [Fact]
    public void RpmPackagesInSqliteAreThoseThatRpmLists()
    {
        InstallRpms();
        Inventory inventory = _machine.CommitAndTake();
        Assert.Empty(inventory.Warnings);
        Assert.Equal(ListRpms(), Lines(inventory));
        Assert.Equal(2, inventory.Packages.Count);
        InstalledPackage beta = inventory.Packages[1];
        Assert.Equal(("beta", "alpha", "2:1.0~rc1-3.test", "MIT and BSD", "Some Vendor"),
            (beta.Name, beta.SourceName, beta.SourceVersion, beta.License, beta.Supplier));

        // Negative control: rpm sees that a package is gone, and so does mig.
        _machine.Run("rpm --root $root --dbpath /var/lib/rpm -e --nodeps beta 2>/dev/null");
        Assert.Equal(["alpha 2:1.0~rc1-3.test noarch"], ListRpms());
        Assert.Equal(ListRpms(), Lines(_machine.CommitAndTake()));
    }

    [Fact]
    public void ChangesInTheLogOfSqliteCount()
    {
        InstallRpms();

        // A writer that is killed leaves its transactions in the log.
        const string Delete = """
            import os, sqlite3, sys
            db = sqlite3.connect(sys.argv[1])
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA wal_autocheckpoint = 0")
            db.execute("DELETE FROM Packages WHERE hnum = (SELECT max(hnum) FROM Packages)")
            db.commit()
            db.execute("DELETE FROM Packages")
            os.kill(os.getpid(), 9)
            """;
        Tool.Try("/usr/bin/python3", "-c", Delete, Path.Combine(_machine.Path, "var/lib/rpm/rpmdb.sqlite"));
        Assert.NotEqual(0, new FileInfo(Path.Combine(_machine.Path, "var/lib/rpm/rpmdb.sqlite-wal")).Length);
        Assert.Single(_machine.CommitAndTake().Packages);
    }

    [Fact]
    public void RpmPackagesInBerkeleyDbAreThoseThatWerePutThere()
    {
        InstallRpms();
        string[] expected = ListRpms();
        const string Dump = """
            import sqlite3, struct, sys
            print("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END")
            print(" 00000000\n 02000000")
            for number, blob in sqlite3.connect(sys.argv[1]).execute("SELECT hnum, blob FROM Packages"):
                print(" " + struct.pack("<I", number).hex() + "\n " + blob.hex())
            print("DATA=END")
            """;
        _machine.Run(
            $"/usr/bin/python3 -c '{Dump}' var/lib/rpm/rpmdb.sqlite | db5.3_load var/lib/rpm/Packages; rm var/lib/rpm/rpmdb.sqlite*");
        Inventory inventory = _machine.CommitAndTake();
        Assert.Empty(inventory.Warnings);
        Assert.Equal(expected, Lines(inventory));
    }

    [Fact]
    public void RpmPackagesInNdbAreThoseThatWerePutThere()
    {
        InstallRpms();
        string[] expected = ListRpms();
        string sqlite = Path.Combine(_machine.Path, "var/lib/rpm/rpmdb.sqlite");
        _machine.Write("usr/lib/sysimage/rpm/Packages.db",
            MakeNdb([.. SqliteDatabase.Open(File.ReadAllBytes(sqlite), [], "x").ReadBlobs("Packages", 1)]));
        _machine.Run("rm -r var/lib/rpm; ln -s ../../usr/lib/sysimage/rpm var/lib/rpm");
        Inventory inventory = _machine.CommitAndTake();
        Assert.Empty(inventory.Warnings);
        Assert.Equal(expected, Lines(inventory));
    }

    [Fact]
    public void PacmanPackagesAreThoseThatPacmanLists()
    {
        _machine.Run("""
            mkdir -p $work/gamma/usr/share/gamma var/lib/pacman
            echo x > $work/gamma/usr/share/gamma/file
            printf 'pkgname = gamma\npkgbase = gamma-base\npkgver = 1:2.0-3\npkgdesc = g\nurl = x\nbuilddate = 1700000000\npackager = P <p@example.com>\nsize = 10\narch = any\nlicense = GPL\n' > $work/gamma/.PKGINFO
            tar -C $work/gamma -czf $work/gamma.pkg.tar.gz .PKGINFO usr
            pacman -r $root -b $root/var/lib/pacman --noconfirm --noscriptlet -U $work/gamma.pkg.tar.gz
            """);
        string listed = _machine.Run("pacman -r $root -b $root/var/lib/pacman -Q");
        InstalledPackage package = Assert.Single(_machine.CommitAndTake().Packages);
        Assert.Equal(listed, $"{package.Name} {package.Version}\n");
        Assert.Equal((PackageKind.Pacman, "any", "gamma-base", "GPL", "P <p@example.com>"),
            (package.Kind, package.Architecture, package.SourceName, package.License, package.Supplier));
    }

    // apk-tools is not a package of Debian; the form is that of its documentation.
    [Fact]
    public void AlpinePackagesAreRead()
    {
        _machine.Write("etc/os-release", "ID=alpine\nVERSION_ID=3.18.4\nPRETTY_NAME=\"Alpine Linux v3.18\"\n");
        _machine.Write("lib/apk/db/installed",
            "C:Q1abc=\nP:libssl3\nV:3.1.4-r0\nA:x86_64\nL:Apache-2.0\no:openssl\nm:A B "
            + "<a@b.c>\nF:lib\nR:libssl.so.3\nZ:Q1abc=\n\nP:musl\nV:1.2.4-r2\nA:x86_64\n");
        Inventory inventory = _machine.CommitAndTake();
        Assert.Equal(["libssl3 3.1.4-r0 x86_64", "musl 1.2.4-r2 x86_64"], Lines(inventory));
        Assert.Equal(("openssl", "Apache-2.0"), (inventory.Packages[0].SourceName, inventory.Packages[0].License));
        Assert.Equal(("alpine", "3.18.4", "x86_64"), (inventory.Release!.Id, inventory.Release.VersionId, inventory.Architecture));
    }

    // In the images that are called distroless there is a file for each package, and nothing says that it is installed.
    [Fact]
    public void PackagesInFilesOfTheirOwnCount()
    {
        _machine.Write("var/lib/dpkg/status.d/base",
            "Package: base-files\nVersion: 12.4\nArchitecture: amd64\nDescription: x\n with another line\n");
        _machine.Write("var/lib/dpkg/status.d/libc6", "Package: libc6\nSource: glibc (2.36-9)\nVersion: 2.36-9+b1\nArchitecture: amd64\n");
        _machine.Write("var/lib/dpkg/status.d/libc6.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/x\n");
        Inventory inventory = _machine.CommitAndTake();
        Assert.Equal(["base-files 12.4 amd64", "libc6 2.36-9+b1 amd64"], Lines(inventory));
        Assert.Equal(("glibc", "2.36-9"), (inventory.Packages[1].SourceName, inventory.Packages[1].SourceVersion));
    }

    public void Dispose() => _machine.Dispose();

    private static string[] Lines(Inventory inventory) =>
        [.. inventory.Packages.Select(package => $"{package.Name} {package.Version} {package.Architecture}")];

    private void InstallRpms()
    {
        _machine.Files.Write("alpha.spec", Spec);
        _machine.Run("""
            rpmbuild -bb --define "_topdir $work/build" $work/alpha.spec >/dev/null 2>&1
            rpm --root $root --dbpath /var/lib/rpm -i --nodeps --noscripts $work/build/RPMS/noarch/*.rpm 2>/dev/null
            """);
    }

    private string[] ListRpms() =>
        [.. _machine.Run($"rpm --root $root --dbpath /var/lib/rpm -qa --qf '{Query}'").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)];

    // Debian's rpm writes no such database; the form is that of rpmpkg.c.
    private static byte[] MakeNdb(IReadOnlyList<ReadOnlyMemory<byte>> headers)
    {
        byte[] database = new byte[4096 + headers.Sum(header => 64 + (int)header.Length)];
        "RpmP"u8.CopyTo(database);
        BinaryPrimitives.WriteInt32LittleEndian(database.AsSpan(12), 1);
        for (int slot = 32; slot < 4096; slot += 16)
            "Slot"u8.CopyTo(database.AsSpan(slot));
        int block = 4096 / 16;
        for (int i = 0; i < headers.Count; i++)
        {
            Span<byte> slot = database.AsSpan(32 + (16 * (i + 1))), blob = database.AsSpan(block * 16);
            int blocks = (16 + headers[i].Length + 12 + 15) / 16;
            BinaryPrimitives.WriteInt32LittleEndian(slot[4..], i + 1);
            BinaryPrimitives.WriteInt32LittleEndian(slot[8..], block);
            BinaryPrimitives.WriteInt32LittleEndian(slot[12..], blocks);
            "BlbS"u8.CopyTo(blob);
            BinaryPrimitives.WriteInt32LittleEndian(blob[4..], i + 1);
            BinaryPrimitives.WriteInt32LittleEndian(blob[12..], headers[i].Length);
            headers[i].Span.CopyTo(blob[16..]);
            block += blocks;
        }

        return database;
    }
}
