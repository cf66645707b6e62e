using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Mig.Core;
using Mig.Machines.Inventories;
using Mig.Machines.Sboms;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Sboms;

/// <summary>Bills of materials against the official schema, and the names of packages in them against their specification.</summary>
public sealed class SbomTests
{
    private const string Validate = """
        import json, sys
        from jsonschema import Draft7Validator, RefResolver
        folder = sys.argv[1]
        load = lambda name: json.load(open(folder + "/" + name))
        schema = load("bom-1.6.schema.json")
        base = "http://cyclonedx.org/schema/"
        store = {base + name + ".SNAPSHOT.schema.json": load(name + ".schema.json") for name in ("spdx", "jsf-0.82")}
        validator = Draft7Validator(schema, resolver=RefResolver(schema["$id"], schema, store=store))
        for error in validator.iter_errors(json.load(sys.stdin)):
            print(list(error.path), error.message[:200])
        """;

    // What the schema of SPDX 2.3 demands of what mig writes; the schema itself is in no package that tests could install.
    private const string CheckSpdx = """
        import json, re, sys
        d = json.load(sys.stdin)
        assert d["spdxVersion"] == "SPDX-2.3" and d["dataLicense"] == "CC0-1.0" and d["SPDXID"] == "SPDXRef-DOCUMENT"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", d["creationInfo"]["created"])
        assert all(re.match(r"(Tool|Person|Organization): ", c) for c in d["creationInfo"]["creators"])
        ids = [p["SPDXID"] for p in d["packages"]]
        assert len(set(ids)) == len(ids) and all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i) for i in ids)
        purposes = {"OTHER", "INSTALL", "ARCHIVE", "FIRMWARE", "APPLICATION", "FRAMEWORK", "LIBRARY", "CONTAINER", "SOURCE", "DEVICE", "OPERATING_SYSTEM", "FILE"}
        for p in d["packages"]:
            assert p["name"] and p["downloadLocation"] and p["primaryPackagePurpose"] in purposes
            assert re.match(r"(Person|Organization): |NOASSERTION$", p.get("supplier", "NOASSERTION"))
            assert all(r["referenceCategory"] == "PACKAGE-MANAGER" and r["referenceType"] == "purl" and r["referenceLocator"].startswith("pkg:") for r in p.get("externalRefs", []))
        known = set(ids) | {"SPDXRef-DOCUMENT"}
        assert all(r["spdxElementId"] in known and r["relatedSpdxElement"] in known and r["relationshipType"] in ("DESCRIBES", "CONTAINS") for r in d["relationships"])
        print(len(ids))
        """;

    private static readonly OsRelease Debian = new("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)", []);

    private static readonly Inventory Inventory = new(
        Debian,
        "amd64",
        [],
        [
            new InstalledPackage(PackageKind.Dpkg, "libc6", "2.36-9+deb12u4") { Architecture = "amd64", SourceName = "glibc",
                Supplier = "GNU Libc Maintainers <x@example.com>" },
            new InstalledPackage(PackageKind.Python, "Foo_Bar", "1.0") { License = "MIT or so", Location = "opt/a/METADATA" },
            new InstalledPackage(PackageKind.Python, "Foo_Bar", "1.0") { Location = "opt/b/METADATA" },
            new InstalledPackage(PackageKind.Node, "@scope/\u0001\"weird\"", "1.0.0") { Location = "opt/\u202Ex" },
        ],
        [],
        [],
        [],
        []);

    private static SbomSubject Subject => new("main", new ImageId(ObjectId.Of("image"u8)), 1_700_000_000, "0.1.0");

    [Fact]
    public void NothingDependsOnWhatTheVersionIsCalled()
    {
        using var machine = new Inventories.MachineRoot();
        machine.Write("etc/os-release", "ID=debian\n");
        machine.Write("var/lib/dpkg/status", "Package: a\nStatus: install ok half-installed\nVersion: 1\n");
        CommitId id = machine.Commit();
        foreach (string form in (string[])["--cyclonedx", "--spdx"])
        {
            string[] documents = [.. ((string[])["HEAD", "main", "HEAD~0", id.ToString()]).Select(name => Print(name))];
            Assert.Contains("pkg:deb/debian/a@1", documents[0], StringComparison.Ordinal);
            Assert.Single(documents.Distinct());

            string Print(string name)
            {
                (int exitCode, string output) =
                    MigProgram.Finish(MigProgram.Start([], "--repo", machine.RepositoryFolder, "inventory", form, name));
                Assert.Equal(0, exitCode);
                return output;
            }
        }
    }

    [Fact]
    public void CycloneDxKeepsToItsSchema()
    {
        string text = Write(writer => CycloneDxWriter.Write(writer, Inventory, Subject));
        Assert.Equal("", Validated(text));
        Assert.Equal(text, Write(writer => CycloneDxWriter.Write(writer, Inventory, Subject)));

        // Negative controls: a type that does not exist, the same reference twice, no name.
        Assert.NotEqual("", Validated(text.Replace("\"library\"", "\"libary\"", StringComparison.Ordinal)));
        Assert.NotEqual("", Validated(text.Replace("\"specVersion\"", "\"specversion\"", StringComparison.Ordinal)));
        Assert.NotEqual("", Validated(text.Replace("\"name\":\"libc6\",", "", StringComparison.Ordinal)));
        using var document = JsonDocument.Parse(text);
        string[] references = [.. document.RootElement.GetProperty("components").EnumerateArray()
            .Select(item => item.GetProperty("bom-ref").GetString()!)];
        Assert.Equal(references.Length, references.Distinct().Count());
    }

    [Fact]
    public void SpdxKeepsToItsRules()
    {
        string text = Write(writer => SpdxWriter.Write(writer, Inventory, Subject));
        Assert.Equal("6\n", Tool.RunWithInput("/usr/bin/python3", text, "-c", CheckSpdx));
        Assert.NotEqual(0, Tool.TryWithInput(
            "/usr/bin/python3", text.Replace("OPERATING_SYSTEM", "OPERATING-SYSTEM", StringComparison.Ordinal), "-c", CheckSpdx).ExitCode);
        Assert.NotEqual(text, Write(writer =>
            SpdxWriter.Write(writer, Inventory, Subject with { Image = new ImageId(ObjectId.Of("other"u8)) })));
    }

    // The examples of the specification of each type.
    [Theory]
    [InlineData(PackageKind.Dpkg, "curl", "7.50.3-1", "i386", "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=debian-12")]
    [InlineData(PackageKind.Dpkg, "libstdc++6", "1:2+b1", "", "pkg:deb/debian/libstdc%2B%2B6@1:2%2Bb1?distro=debian-12")]
    [InlineData(PackageKind.Rpm, "curl", "1:7.50.3-1.fc25", "i386", "pkg:rpm/debian/curl@7.50.3-1.fc25?arch=i386&distro=debian-12&epoch=1")]
    [InlineData(PackageKind.Apk, "curl", "7.83.0-r0", "x86", "pkg:apk/debian/curl@7.83.0-r0?arch=x86&distro=debian-12")]
    [InlineData(PackageKind.Pacman, "pacman", "6.0.1-1", "x86_64", "pkg:alpm/debian/pacman@6.0.1-1?arch=x86_64&distro=debian-12")]
    [InlineData(PackageKind.Python, "Django_Package", "1.11.1.dev1", "", "pkg:pypi/django-package@1.11.1.dev1")]
    [InlineData(PackageKind.Node, "@angular/animation", "12.3.1", "", "pkg:npm/%40angular/animation@12.3.1")]
    [InlineData(PackageKind.Ruby, "ruby-advisory-db-check", "0.12.4", "", "pkg:gem/ruby-advisory-db-check@0.12.4")]
    [InlineData(PackageKind.Java, "org.apache.xmlgraphics:batik-anim", "1.9.1", "", "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1")]
    [InlineData(PackageKind.Go, "github.com/gorilla/context", "v1.1.1", "", "pkg:golang/github.com/gorilla/context@v1.1.1")]
    [InlineData(PackageKind.Rust, "rand", "0.7.2", "", "pkg:cargo/rand@0.7.2")]
    public void PackageUrlsAreThoseOfTheirSpecification(
        PackageKind kind, string name, string version, string architecture, string expected) =>
        Assert.Equal(expected, PackageUrl.Of(new InstalledPackage(kind, name, version) { Architecture = architecture }, Debian));

    private static string Validated(string text) => Tool.RunWithInput(
        "/usr/bin/python3", text, "-W", "ignore", "-c", Validate, Path.Combine(Path.GetDirectoryName(Here())!, "fixtures"));

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            write(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
