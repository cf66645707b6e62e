using System.Text;
using Mig.Core;
using Mig.Images.Compliance;
using Mig.Machines.Baselines;
using Mig.Testing;
using Mig.Tests.Images.Inventories;

namespace Mig.Tests.Images.Compliance;

/// <summary>Rules against machines: which are kept, which are broken, and of which nobody knows.</summary>
public sealed class BaselineTests : IDisposable
{
    private readonly MachineRoot _machine = new();

    [Theory]
    [InlineData("pakage x present", "'pakage' is no rule")]
    [InlineData("package x", "after the package stands")]
    [InlineData("package x = 1", "after the package stands")]
    [InlineData("package deb:x present", "'deb' is no kind of package")]
    [InlineData("package", "lacks a name")]
    [InlineData("vulnerability none above critical in f", "nothing is above 'critical'")]
    [InlineData("vulnerability none above 3 in f", "no severity")]
    [InlineData("vulnerability some in f", "it is written as")]
    [InlineData("vulnerability none in f accept CVE-1", "'accept' cannot stand there")]
    [InlineData("file etc/passwd present", "begins with a slash")]
    [InlineData("file /etc/../passwd present", "has no '..'")]
    [InlineData("file /etc/passwd gone", "after the path stands")]
    [InlineData("file /etc/passwd present mode 888", "is not octal")]
    [InlineData("file /etc/passwd present mode", "lacks its value")]
    [InlineData("file /etc/passwd present sha256 12", "is no SHA-256")]
    [InlineData("file /etc/passwd present owner root:root", "is no owner")]
    [InlineData("file /etc/passwd absent mode 644", "what is absent has no 'mode'")]
    [InlineData("service cups on", "it is written as")]
    [InlineData("file \"/etc/passwd absent", "a quote does not end")]
    public void AnErrorNamesTheFileTheLineAndWhatIsAllowed(string line, string words)
    {
        UsageException error = Assert.Throws<UsageException>(() => Parse($"# rules\n\npackage a present\n{line}\n"));
        Assert.StartsWith("web.rules, line 4: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ABaselineWithoutRulesIsNone()
    {
        Assert.Contains("has no rule", Assert.Throws<UsageException>(() => Parse("# nothing\n")).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => Baseline.Parse(new byte[] { 0xFF }, "web.rules", null));
        Assert.Equal(["file \"/a b\" absent", "service x off"], Parse("file \"/a b\"   absent # why\nservice x off").Rules.Select(rule =>
            rule.Text));
    }

    // dpkg says which version is older.
    [Theory]
    [InlineData("3.0.9-1")]
    [InlineData("3.0.17-1~deb12u1")]
    [InlineData("3.0.17-1~deb12u2")]
    [InlineData("3.0.17-1")]
    [InlineData("1:0")]
    public void VersionsAreComparedAsDpkgDoes(string version)
    {
        Install(("openssl", version));
        bool isOld = Tool.Try("dpkg", "--compare-versions", version, "lt", "3.0.17-1~deb12u2").ExitCode == 0;
        Assert.Equal(isOld ? RuleState.Broken : RuleState.Kept, State("package openssl >= 3.0.17-1~deb12u2"));
        Assert.Equal(isOld ? RuleState.Broken : RuleState.Kept, State("package openssl >= 3.0.17-1~deb12u2 if installed"));
    }

    [Fact]
    public void EachRuleIsKeptOrBroken()
    {
        Install(("openssl", "3.0.9-1"), ("telnetd", "0.17"));
        _machine.Write("etc/secret", "x");
        _machine.Write("usr/lib/systemd/system/cups.service", "[Service]\n");
        _machine.Write("usr/lib/systemd/system/cups.socket", "[Socket]\n");
        _machine.Write("usr/lib/systemd/system/masked.service", "[Service]\n");
        _machine.Write("usr/lib/systemd/system/static.service", "[Service]\n");
        _machine.Run("""
            chmod 640 etc/secret; mkdir -p etc/systemd/system/sockets.target.wants usr/lib/systemd/system/multi-user.target.wants etc/rc2.d etc/init.d
            ln -s /usr/lib/systemd/system/cups.socket etc/systemd/system/sockets.target.wants/cups.socket
            ln -s /dev/null etc/systemd/system/masked.service; ln -s ../static.service usr/lib/systemd/system/multi-user.target.wants/static.service
            ln -s ../masked.service usr/lib/systemd/system/multi-user.target.wants/masked.service
            : > etc/init.d/old; ln -s ../init.d/old etc/rc2.d/S01old; ln -s missing etc/dangling
            """);
        _machine.Commit();
        string sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("x"u8));
        (string Rule, string Broken)[] rules =
        [
            ("package openssl present", ""), ("package nothing present", "required nothing"), ("package nothing absent", ""),
            ("package telnetd absent", "forbidden telnetd"), ("package nothing >= 1", "required nothing"),
            ("package nothing >= 1 if installed", ""), ("package dpkg:openssl present", ""), ("package rpm:openssl present",
                "required openssl"),
            ("file /etc/secret present mode 640 owner 0:0 sha256 " + sha256, ""), ("file /etc/secret present mode 600", "mode /etc/secret"),
            ("file /etc/secret absent", "absent /etc/secret"), ("file /etc/none absent", ""), ("file /etc/none present",
                "present /etc/none"),
            ("file /etc/dangling absent", ""), ("service cups off", "off cups.socket"), ("service cups.service off", ""),
            ("service masked off", ""), ("service static off", "off static.service"), ("service old off", "off old.service"),
                ("service none off", ""),
        ];
        ImageCompliance image = Read(string.Join('\n', rules.Select(rule => rule.Rule)));
        foreach (((string rule, string broken), RuleResult result) in rules.Zip(image.Rules))
        {
            Assert.Equal((rule, broken), (rule, string.Join(", ", result.Answer.Findings.Select(finding =>
                $"{finding.Rule} {finding.Subject}"))));
            Assert.Equal(broken.Length > 0 ? RuleState.Broken : RuleState.Kept, result.Answer.State);
        }
    }

    // What is there is known; what is not found may be where nobody looked.
    [Fact]
    public void WhatWasSeenInPartIsNeverCalledCompliant()
    {
        Install(("openssl", "3.0.9-1"));
        _machine.Write("etc/fstab", "UUID=00000000-0000-4000-8000-00000000abcd /srv ext4 defaults 0 2\n");
        _machine.Commit();
        Assert.Equal(
            [RuleState.Kept, RuleState.Broken, RuleState.Unknown, RuleState.Unknown, RuleState.Unknown, RuleState.Broken],
            Read("package openssl present\npackage openssl absent\npackage telnetd absent\nfile /srv/x absent\nfile /srv/x present\n"
                + "package openssl >= 4").Rules.Select(rule => rule.Answer.State));
    }

    [Fact]
    public void OfAnImageWithoutASystemNothingIsKnown()
    {
        _machine.Write("readme", "no system");
        _machine.Commit();
        ImageCompliance image = Read("package telnetd absent\nfile /x absent\nfile /readme present\nservice x off");
        Assert.Equal(RuleState.Unknown, image.State);
        Assert.All(image.Rules, rule => Assert.Equal(RuleState.Unknown, rule.Answer.State));
    }

    [Fact]
    public void VulnerabilitiesAreWeighed()
    {
        Install(("openssl", "3.0.9-1"));
        File.WriteAllText(_machine.Files["feed.json"], """
            {"openssl": {"CVE-1": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "3.0.10-1", "urgency": "medium"}}},
            "CVE-2": {"releases": {"bookworm": {"status": "open", "urgency": "not yet assigned"}}}}}
            """);
        Assert.Equal(
            [RuleState.Broken, RuleState.Broken, RuleState.Unknown, RuleState.Kept, RuleState.Broken, RuleState.Kept],
            Read("""
                vulnerability none in feed.json
                vulnerability none above low in feed.json
                vulnerability none above medium in feed.json
                vulnerability none above medium in feed.json unrated kept
                vulnerability none above medium in feed.json unrated broken
                vulnerability none in feed.json except CVE-1 CVE-2
                """, _machine.Files.Path).Rules.Select(rule => rule.Answer.State));
        NotFoundException missing = Assert.Throws<NotFoundException>(() => Read("vulnerability none in other.json", _machine.Files.Path));
        Assert.Contains("line 1: the feed", missing.Message, StringComparison.Ordinal);
        Assert.Throws<NotFoundException>(() => Read("vulnerability none in feed.json"));
    }

    // Scores of the calculator of FIRST (CVSS 3.1).
    [Theory]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "Critical")] // 9.8
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "Medium")] // 6.1
    [InlineData("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "High")] // 7.8
    [InlineData("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N", "Low")] // 3.7
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "Unimportant")] // 0
    [InlineData("CVSS:3.1/AV:N/AC:L", "Unknown")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "Unknown")]
    [InlineData("moderate", "Medium")]
    [InlineData("low**", "Low")]
    [InlineData("end-of-life", "Unknown")]
    public void SeveritiesAreRanked(string severity, string expected)
    {
        Install(("openssl", "3.0.9-1"));
        File.WriteAllText(_machine.Files["feed.json"], $$"""
            {"id": "CVE-1", "modified": "2025-01-01T00:00:00Z", "database_specific": {"severity": "{{(severity.Contains(':') ? "" : severity)}}"},
             "severity": [{"type": "CVSS", "score": "{{severity}}"}], "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
             "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}
            """);
        string[] levels = ["unimportant", "low", "medium", "high"];
        RuleState[] states = [.. Read(string.Join('\n', levels.Select(level => $"vulnerability none above {level} in feed.json")),
            _machine.Files.Path).Rules.Select(rule => rule.Answer.State)];
        int rank = Array.IndexOf(["Unimportant", "Low", "Medium", "High", "Critical"], expected);
        Assert.Equal(levels.Select((_, i) => rank < 0 ? RuleState.Unknown : rank > i ? RuleState.Broken : RuleState.Kept), states);
    }

    public void Dispose() => _machine.Dispose();

    private static Baseline Parse(string text, string? folder = null) => Baseline.Parse(Encoding.UTF8.GetBytes(text), "web.rules", folder);

    private void Install(params (string Name, string Version)[] packages)
    {
        _machine.Write("etc/os-release", "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n");
        _machine.Write("var/lib/dpkg/status", string.Concat(packages.Select(package =>
            $"Package: {package.Name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {package.Version}\n\n")));
        _machine.Commit();
    }

    private RuleState State(string rule) => Read(rule).State;

    private ImageCompliance Read(string rules, string? folder = null)
    {
        using Repository repository = _machine.Open();
        Baseline[] baselines = [Parse(rules, folder)];
        return new ComplianceReader(repository, baselines, BaselineFeeds.Read(baselines, new Dictionary<string, string>()))
            .Read("HEAD", null, repository.Revisions.ResolveImage("HEAD"), TestContext.Current.CancellationToken);
    }
}
