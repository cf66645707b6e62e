using Mig.Core;
using Mig.Images.Audits;
using Mig.Machines.Audits;
using Mig.Machines.Baselines;
using Mig.Testing;
using Mig.Tests.Images.Inventories;

namespace Mig.Tests.Images.Audits;

/// <summary>Feeds in their official forms against versions of a machine; whether a version is affected is dpkg's to say.</summary>
public sealed class AuditTests : IDisposable
{
    // As security-tracker.debian.org serves it.
    private const string Tracker = """
        {"openssl": {
          "CVE-2023-5363": {"description": "Incorrect cipher key", "scope": "remote", "releases": {
            "bookworm": {"status": "resolved", "repositories": {"bookworm": "3.0.18-1"}, "fixed_version": "3.0.11-1~deb12u2", "urgency": "not yet assigned"},
            "bullseye": {"status": "resolved", "repositories": {}, "fixed_version": "0", "urgency": "not yet assigned"}}},
          "CVE-2000-0001": {"releases": {"bookworm": {"status": "resolved", "repositories": {}, "fixed_version": "0", "urgency": "unimportant"}}},
          "CVE-2000-0002": {"releases": {"bookworm": {"status": "undetermined", "repositories": {}, "urgency": "unimportant"}}},
          "CVE-2000-0003": {"releases": {"sid": {"status": "open", "repositories": {}, "urgency": "high"}}}},
         "glibc": {"CVE-2010-4756": {"debianbug": 1, "releases": {"bookworm": {"status": "open", "repositories": {}, "urgency": "unimportant"}}}},
         "libc6": {"CVE-2000-0004": {"releases": {"bookworm": {"status": "open", "repositories": {}, "urgency": "high"}}}}}
        """;

    // As osv.dev serves them.
    private const string Osv = """
        [{"schema_version": "1.6.0", "id": "DSA-5532-1", "modified": "2023-10-25T00:00:00Z", "summary": "openssl - security update", "upstream": ["CVE-2023-5363"],
          "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl", "purl": "pkg:deb/debian/openssl?arch=source"},
                        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"}]}], "versions": ["3.0.9-1"]}]},
         {"id": "GHSA-xxxx", "modified": "2023-10-25T00:00:00Z", "aliases": ["CVE-2021-44228"], "database_specific": {"severity": "CRITICAL"},
          "affected": [{"package": {"ecosystem": "Maven", "name": "org.apache.logging.log4j:log4j-core"},
                        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.13.0"}, {"fixed": "2.15.0"}]}, {"type": "GIT", "repo": "x", "events": [{"introduced": "0"}]}]},
                       {"package": {"ecosystem": "PyPI", "name": "Zope.Interface"}, "versions": ["5.0"]}]},
         {"id": "GHSA-gone", "modified": "2023-10-25T00:00:00Z", "withdrawn": "2023-10-26T00:00:00Z",
          "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]},
         {"id": "UBUNTU-1", "modified": "2023-10-25T00:00:00Z",
          "affected": [{"package": {"ecosystem": "Ubuntu:22.04:LTS", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}]
        """;

    private readonly MachineRoot _machine = new();

    [Theory]
    [InlineData("3.0.9-1")]
    [InlineData("3.0.11-1~deb12u1")]
    [InlineData("3.0.11-1~deb12u2")]
    [InlineData("3.0.11-1")]
    [InlineData("3.0.11-1~deb12u2+b1")]
    [InlineData("1:0")]
    public void VersionsAreAffectedAsDpkgComparesThem(string version)
    {
        bool isOlder = Tool.Try("dpkg", "--compare-versions", version, "lt", "3.0.11-1~deb12u2").ExitCode == 0;
        Commit(("libssl3", version, "openssl"));
        Assert.Equal(isOlder ? ["CVE-2023-5363 openssl libssl3 3.0.11-1~deb12u2"] : [], Find(Tracker));
        Assert.Equal(isOlder ? ["DSA-5532-1 openssl libssl3 3.0.11-1~deb12u2"] : [], Find(Osv));
    }

    [Fact]
    public void SourcePackagesCountWithTheirOwnVersions()
    {
        // The version of the source decides: binary packages may have one of their own.
        Commit(("libssl3", "9:1", "openssl (3.0.9-1)"), ("openssl-tool", "3.0.9-1+b3", "openssl (3.0.9-1)"), ("libc6", "2.36-9", "glibc"),
            ("openssl", "3.0.11-1~deb12u2", ""));
        Assert.Equal(["CVE-2010-4756 glibc libc6 -", "CVE-2023-5363 openssl libssl3,openssl-tool 3.0.11-1~deb12u2"], Find(Tracker));
    }

    [Theory]
    [InlineData("linux-image-6.1.0-44-amd64", "6.1.192-3", "linux-signed-amd64 (6.1.192+3)", "linux", "6.1.192-3")]
    [InlineData("linux-image-6.1.0-0.deb11.44-arm64", "6.1.192-3~deb11u1", "linux-signed-6.1-arm64 (6.1.192+3~deb11u1)", "linux-6.1",
        "6.1.192-3~deb11u1")]
    [InlineData("grub-efi-amd64-signed", "1+2.06+13+deb12u1", "", "grub2", "2.06-13+deb12u1")]
    [InlineData("shim-helpers-amd64-signed", "1+15.8+1~deb12u1", "", "shim", "15.8-1~deb12u1")]
    [InlineData("shim-signed", "1.44~1+deb12u1+15.8-1~deb12u1", "shim-signed (1.44~1+deb12u1)", "shim", "15.8-1~deb12u1")]
    [InlineData("grub-efi-amd64-signed", "1.187.6+2.06-2ubuntu14.4", "grub2-signed (1.187.6)", "grub2", "2.06-2ubuntu14.4")]
    [InlineData("grub-efi-ia32-signed", "1+2.06+13+deb12u1", "", "grub2", "2.06-13+deb12u1")]
    [InlineData("fwupd-amd64-signed", "1:1.4+1", "", "fwupd-efi", "1:1.4-1")]
    [InlineData("s390-tools-signed", "2.20.0-0ubuntu3", "", "s390-tools", "2.20.0-0ubuntu3")]
    [InlineData("systemd-boot-efi-amd64-signed", "257.4+1", "", "systemd", "257.4-1")]
    [InlineData("linux-image-6.5.0-1018-azure", "6.5.0-1018.19~22.04.2", "linux-signed-azure-6.5", "linux-azure-6.5",
        "6.5.0-1018.19~22.04.2")]
    [InlineData("linux-image-6.12.9-amd64", "6.12.9-1~bpo12+1", "linux-signed-amd64 (6.12.9+1~bpo12+1)", "linux", "6.12.9-1~bpo12+1")]
    [InlineData("linux-image-5.15.0-91-generic", "5.15.0-91.101", "linux-signed", "linux", "5.15.0-91.101")]
    public void SignedProgramsAreThoseOfTheSourceThatWasSigned(
        string package, string version, string source, string unsigned, string unsignedVersion)
    {
        Commit((package, version, source));
        string feed = """
            {"SOURCE": {"CVE-1": {"releases": {"bookworm": {"status": "open", "urgency": "high"}}}, "CVE-2": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "VERSION+x"}}},
            "CVE-3": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "VERSION"}}}}}
            """.Replace("SOURCE", unsigned, StringComparison.Ordinal).Replace("VERSION", unsignedVersion, StringComparison.Ordinal);
        Assert.Equal([$"CVE-1 {unsigned} {package} -", $"CVE-2 {unsigned} {package} {unsignedVersion}+x"], Find(feed));
        Assert.All(Audit(feed).Vulnerabilities, finding => Assert.Equal(unsignedVersion, finding.Version));
    }

    [Fact]
    public void LanguagePackagesAreMatchedByTheNamesOfTheirEcosystem()
    {
        Commit(("x", "1", ""));
        _machine.Write("opt/zope_interface-5.0.dist-info/METADATA", "Name: zope_interface\nVersion: 5.0\n");
        _machine.Write("opt/other/zope.interface-5.1.dist-info/METADATA", "Name: zope.interface\nVersion: 5.1\n");
        _machine.Run("""
            cd $work
            mkdir -p META-INF/maven/x/y $root/srv
            for v in 2.12.9 2.14.1 2.15.0; do
              printf "groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=$v\n" > META-INF/maven/x/y/pom.properties
              rm -f $root/srv/$v.jar; zip -qr $root/srv/$v.jar META-INF
            done
            """);
        _machine.Commit();
        AuditedImage image = Audit(Osv);
        Assert.Equal(
            ["org.apache.logging.log4j:log4j-core 2.14.1 2.15.0 critical", "zope-interface 5.0  critical"],
            image.Vulnerabilities.Select(finding =>
                $"{finding.Package} {finding.Version} {finding.FixedVersion} {finding.Vulnerability.Severity}"));
        Assert.Empty(Audit(Osv, new HashSet<string> { "CVE-2021-44228" }).Vulnerabilities);
    }

    [Fact]
    public void HistorySaysSinceWhenAndUntilWhen()
    {
        CommitId clean = Commit(("a", "1", ""));
        CommitId first = Commit(("openssl", "3.0.9-1", ""));
        CommitId second = Commit(("openssl", "3.0.10-1", ""));
        AuditFinding open = Assert.Single(Audit(Tracker, wantsHistory: true).Vulnerabilities);
        Assert.Equal((first, true), (open.Since, open.IsOpen));
        CommitId fixing = Commit(("openssl", "3.0.11-1~deb12u2", ""));
        Commit(("openssl", "3.0.12-1", ""));
        AuditedImage later = Audit(Tracker, wantsHistory: true);
        Assert.Equal((fixing, "3.0.10-1", false),
            (Assert.Single(later.Vulnerabilities).FixedIn, later.Vulnerabilities[0].Version, later.HasFindings));
        Assert.Empty(Audit(Tracker).Vulnerabilities);
        Assert.NotEqual(clean, second);
    }

    [Fact]
    public void RulesAreKeptOrNamed()
    {
        _machine.Write("etc/secret", "x\n");
        _machine.Run("chmod 640 etc/secret; chown 0:42 etc/secret; ln -s secret etc/link");
        Commit(("sshd", "1:9.2-1", ""), ("telnetd", "0.1", ""));
        string sha256 = Tool.Run("sha256sum", Path.Combine(_machine.Path, "etc/secret")).Split(' ')[0];
        Assert.Empty(Check($$"""
            {"packages": {"required": ["sshd"], "forbidden": ["rsh-server"], "minimum": {"sshd": "1:9.2-1", "none": "1"} },
             "files": [{"path": "/etc/link", "sha256": "{{sha256}}", "mode": "0640", "owner": "0:42"}, {"path": "/etc/none", "absent": true}]} // comments may stand here
            """));
        Assert.Equal(
            ["required rsh", "forbidden telnetd", "minimum sshd", "absent /etc/secret", "sha256 /etc/secret", "mode /etc/secret",
                "owner /etc/secret", "present /etc/none"],
            Check("""
                {"packages": {"required": ["rsh"], "forbidden": ["telnetd"], "minimum": {"sshd": "1:9.2-2"}},
                 "files": [{"path": "/etc/secret", "sha256": "00", "mode": "600", "owner": "0:0", "absent": true}, {"path": "etc/none"}]}
                """));
        foreach (string wrong in (string[])["[]", "{\"package\": {}}", "{\"packages\": {\"require\": []}}", "{\"files\": [{}]}",
            "{\"files\": [{\"path\": \"x\", \"mode\": \"9\"}]}", "{", "{\"files\": [{\"path\": 1}]}"])
            Assert.Throws<UsageException>(() => Check(wrong));
    }

    [Theory]
    [InlineData("{", "FEED-001")]
    [InlineData("{}", "FEED-002")]
    [InlineData("[{\"id\": \"x\", \"affected\": 1}]", "FEED-001")]
    [InlineData("[1]", "FEED-002")]
    [InlineData("{\"a\": {\"b\": {\"releases\": 1}}}", "FEED-001")]
    [InlineData("{\"id\": \"x\", \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"x\"}, \"ranges\": [{\"type\": "
        + "\"SEMVER\", \"events\": [{\"fixed\": 1}]}]}]}", "FEED-001")]
    public void FeedsOfAnotherFormAreRefused(string text, string code) =>
        Assert.Equal(code, Assert.Throws<CorruptImageException>(() => Feed(text)).Code);

    [Fact]
    public void FoldersAndArchivesAreFeeds()
    {
        Commit(("openssl", "3.0.9-1", ""));
        _machine.Run("mkdir -p $work/feeds/deep; touch $work/feeds/README");
        _machine.Files.Write("feeds/deep/tracker.json", Tracker);
        _machine.Files.Write("osv.json", Osv);
        _machine.Run("cd $work; zip -q feeds/all.zip osv.json");
        var feed = new VulnerabilityFeed();
        feed.Add(_machine.Files["feeds"]);
        using Repository repository = _machine.Open();
        AuditedImage image = new Auditor(repository, new AuditOptions { Feed = feed })
            .Audit("HEAD", cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(["CVE-2023-5363", "DSA-5532-1"], image.Vulnerabilities.Select(finding => finding.Vulnerability.Id));
        Assert.Throws<NotFoundException>(() => feed.Add(_machine.Files["nowhere"]));
    }

    public void Dispose() => _machine.Dispose();

    private CommitId Commit(params (string Name, string Version, string Source)[] packages)
    {
        _machine.Write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n");
        _machine.Write("var/lib/dpkg/status", string.Concat(packages.Select(package =>
            $"Package: {package.Name}\nStatus: install ok installed\nVersion: {package.Version}\nArchitecture: "
                + $"amd64\n{(package.Source.Length > 0 ? $"Source: {package.Source}\n" : "")}\n")));
        return _machine.Commit();
    }

    private VulnerabilityFeed Feed(string text)
    {
        var feed = new VulnerabilityFeed();
        feed.Add(_machine.Files.Write("feed.json", text));
        return feed;
    }

    private IEnumerable<string> Find(string feed) =>
        Audit(feed).Vulnerabilities.Select(finding =>
            $"{finding.Vulnerability.Id} {finding.Package} {string.Join(',', finding.Installed)} {finding.FixedVersion ?? "-"}");

    private AuditedImage Audit(string feed, IReadOnlySet<string>? ignored = null, bool wantsHistory = false)
    {
        using Repository repository = _machine.Open();
        var options = new AuditOptions { Feed = Feed(feed), Ignored = ignored ?? new HashSet<string>(), WantsHistory = wantsHistory };
        return new Auditor(repository, options).Audit("HEAD", cancellation: TestContext.Current.CancellationToken);
    }

    private IEnumerable<string> Check(string baseline)
    {
        using Repository repository = _machine.Open();
        var options = new AuditOptions { Baseline = Baseline.Read(_machine.Files.Write("baseline.json", baseline)) };
        return new Auditor(repository, options)
            .Audit("HEAD", cancellation: TestContext.Current.CancellationToken).Rules.Select(rule => $"{rule.Rule} {rule.Subject}");
    }
}
