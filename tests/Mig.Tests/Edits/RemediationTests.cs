using System.Text;
using Mig.Core;
using Mig.Edits.Remediation;
using Mig.History.Refs;
using Mig.Machines.Baselines;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>Images are made to keep rules, all branches in one step; what is not as it should be stays as it was.</summary>
public sealed class RemediationTests : IDisposable
{
    private const string Rules = """
        package patch >= 1.0
        file /etc/secret absent
        file /etc/wide present mode 600 owner 7:8
        service cups off
        service static off
        """;

    private readonly TestRepository _repository = new();

    public RemediationTests()
    {
        SmallSystem.Disk(_repository.Files, "disk", "ext4", root => Tool.RunScript(InstallTests.Standing + "\n" + """
            mkdir -p "$1/etc/systemd/system/multi-user.target.wants" "$1/usr/lib/systemd/system/multi-user.target.wants" "$1/etc/secret"
            : > "$1/etc/secret/file"; : > "$1/etc/wide"; chmod 666 "$1/etc/wide"
            for name in cups static; do printf '[Service]\nExecStart=/bin/true\n' > "$1/usr/lib/systemd/system/$name.service"; done
            printf '[Install]\nWantedBy=multi-user.target\n' >> "$1/usr/lib/systemd/system/cups.service"
            ln -s /usr/lib/systemd/system/cups.service "$1/etc/systemd/system/multi-user.target.wants/cups.service"
            ln -s ../static.service "$1/usr/lib/systemd/system/multi-user.target.wants/static.service"
            """, root));
        _repository.Commit("disk");
        Use(repository =>
        {
            foreach (string name in (string[])["hosts/a", "hosts/b", "other"])
                repository.Branches.Create(name, "HEAD", force: false);
        });
    }

    [Fact]
    public void AllBranchesMoveInOneStepThatCanBeUndone()
    {
        Deb("patch", "mkdir -p usr/share; echo patch > usr/share/patch");
        RefName[] hosts = [RefName.Branch("hosts/a"), RefName.Branch("hosts/b")];
        ObjectId?[] before = At(hosts);
        Assert.Equal(before, (Run(Rules, dryRun: true), At(hosts)).Item2);
        RemediationResult result = Run(Rules);
        Assert.All(result.Images, image => Assert.Equal((null, 0), (image.Failure, image.Open.Count)));
        Assert.Equal(1, result.Made); // both had the same image
        using (Mount mount = Mount.Image(_repository.Export("out", revision: "hosts/a"), "ro"))
        {
            Assert.Equal("", Tool.Run("dpkg", $"--root={mount.Path}", "--audit"));
            Assert.Equal("1.0", Tool.Run("dpkg-query", $"--admindir={mount["var/lib/dpkg"]}", "-W", "-f", "${Version}", "patch"));
            Assert.Equal("600 7:8", Tool.Run("stat", "-c", "%a %u:%g", mount["etc/wide"]).Trim());
            Assert.False(Path.Exists(mount["etc/secret"]));
            Assert.Equal("disabled", IsEnabled(mount.Path, "cups"));
            Assert.Equal("masked", IsEnabled(mount.Path, "static"));
        }

        Tool.Run("e2fsck", "-fn", _repository.Files["out"]);
        using (Mount old = Mount.Image(_repository.Export("old", revision: "other"), "ro"))
        {
            // The judges see what there was.
            Assert.NotEqual(0, Tool.Try("dpkg-query", $"--admindir={old["var/lib/dpkg"]}", "-W", "patch").ExitCode);
            Assert.Equal("enabled", IsEnabled(old.Path, "cups"));
        }

        string[] reasons = [.. hosts.Select(host => Log(host)[0].Reason).Distinct()];
        Assert.Equal($"remediate: web.rules (2 branches, step {result.Step})", Assert.Single(reasons));
        Assert.All(Run(Rules).Images, image => Assert.Null(image.After)); // nothing is left to do

        Use(repository => Assert.Equal(2, new RemediationUndo(repository).Run(null).Branches.Count));
        Assert.Equal(before, At(hosts));
        Assert.Throws<NotFoundException>(() => Use(repository => new RemediationUndo(repository).Run(null)));
        Assert.Throws<NotFoundException>(() => Use(repository => new RemediationUndo(repository).Run(result.Step)));
        Assert.Empty(_repository.Check().Problems);
    }

    [Fact]
    public void WhatMovedSinceIsNotUndone()
    {
        Run("file /etc/secret absent");
        RefName[] hosts = [RefName.Branch("hosts/a"), RefName.Branch("hosts/b")];
        Use(repository => repository.Branches.Create("hosts/b", "other", force: true));
        ObjectId?[] before = At(hosts);
        Assert.Contains("hosts/b moved since", Assert.Throws<ConflictException>(() => Use(repository =>
            new RemediationUndo(repository).Run(FindStep("hosts/a")))).Message, StringComparison.Ordinal);
        Assert.Equal(before, At(hosts));
    }

    // A package whose own checksums are not those of its files.
    [Fact]
    public void AnImageThatIsNotAsItShouldBeIsPutBack()
    {
        Deb("patch", "mkdir -p usr/share DEBIAN; echo patch > usr/share/patch; "
            + "echo '00000000000000000000000000000000  usr/share/patch' > DEBIAN/md5sums");
        RefName[] hosts = [RefName.Branch("hosts/a")];
        ObjectId?[] before = At(hosts);
        RemediatedImage image = Run("package patch present\nfile /etc/secret absent", branch: "hosts/a").Images[0];
        Assert.Equal("/usr/share/patch is not as patch recorded it (changed)", image.Failure);
        Assert.Null(image.After);
        Assert.Equal(2, image.Open.Count); // what it broke, it still breaks
        Assert.Equal(before, At(hosts));
        Deb("patch", "mkdir -p usr/share; echo patch > usr/share/patch");
        Assert.Null(Run("package patch present", branch: "hosts/a").Images[0].Failure);
    }

    [Fact]
    public void WhatIsNotDoneIsSaidWithItsReason()
    {
        Deb("patch", "mkdir usr");
        RemediatedImage image = Run("""
            package patch >= 2
            package missing present
            file /etc/none present
            package old >= 3
            file /etc/secret absent
            """, branch: "hosts/a", isNative: true).Images[0];
        Assert.Equal(
            ["the source has patch in version 1.0 alone", "the source has no missing", "mig does not know the content that it is to have; "
                + "'mig put' gives it one", "the source has no old"],
            image.Open.Select(open => open.Reason));
        Assert.NotNull(image.After);
        Deb("old", "mkdir usr", "3.0");
        image = Run("package old >= 3", branch: "hosts/a", isNative: true).Images[0];
        Assert.StartsWith("old must run in the image: version 2.0 is installed", Assert.Single(image.Open).Reason,
            StringComparison.Ordinal);
        Assert.Null(image.After);
    }

    // One image that is refused is no reason to leave the others as they are.
    [Fact]
    public void AnImageThatCannotBeChangedLeavesTheOthersAlone()
    {
        Tool.RunScript("mkdir \"$1\"; mkdir -p \"$1/etc\"; echo ID=none > \"$1/etc/os-release\"; : > \"$1/etc/secret\"; "
            + "mke2fs -F -q -t ext4 -d \"$1\" \"$2\" 16M", _repository.Files["plain.tree"], _repository.Files["plain"]);
        _repository.Commit("plain");
        Use(repository => repository.Branches.Create("hosts/c", "HEAD", force: false));
        Deb("patch", "mkdir -p usr/share; echo patch > usr/share/patch");
        IReadOnlyList<RemediatedImage> images = Run("package patch present").Images;
        Assert.Equal([true, true, false], images.Select(image => image.After is not null));
        Assert.NotEmpty(images[2].Failure ?? Assert.Single(images[2].Open).Reason);

        // What can be done is done, and the rest is said.
        images = Run("package patch present\nfile /etc/secret absent").Images;
        Assert.NotNull(images[2].After);
        Assert.NotEmpty(images[2].Open[0].Reason);
    }

    public void Dispose() => _repository.Dispose();

    private static string IsEnabled(string root, string unit) =>
        Tool.Try("systemctl", $"--root={root}", "is-enabled", $"{unit}.service").Output.Trim();

    private void Deb(string name, string script, string version = "1.0") => Tool.RunScript(
        $"rm -rf \"$1\"; mkdir -p \"$1/DEBIAN\" \"$2\"; cd \"$1\"; {script}; printf 'Package: {name}\\nVersion: "
            + $"{version}\\nArchitecture: all\\n"
            + "Maintainer: A <a@example.com>\\nDescription: for a test\\n' > DEBIAN/control; "
            + $"dpkg-deb --root-owner-group -b . \"$2/{name}.deb\"", _repository.Files[$"{name}.d"], _repository.Files["debs"]);

    private RemediationResult Run(string rules, bool dryRun = false, string branch = "hosts/*", bool isNative = false)
    {
        using Repository repository = _repository.Open();
        Directory.CreateDirectory(_repository.Files["debs"]);
        Baseline[] baselines = [Baseline.Parse(Encoding.UTF8.GetBytes(rules), "web.rules", null)];
        return new Remediator(repository).Run(new RemediationRequest
        {
            Branches = [branch],
            Baselines = baselines,
            Feeds = BaselineFeeds.Read(baselines, new Dictionary<string, string>()),
            Source = _repository.Files["debs"],
            DryRun = dryRun,
            IsNative = isNative,
        }, TestContext.Current.CancellationToken);
    }

    private string FindStep(string branch)
    {
        string reason = Log(RefName.Branch(branch))[0].Reason;
        return reason[(reason.LastIndexOf(' ') + 1)..^1];
    }

    private IReadOnlyList<ReflogEntry> Log(RefName branch)
    {
        using Repository repository = _repository.Open();
        return repository.Refs.ReadLog(branch);
    }

    private ObjectId?[] At(IEnumerable<RefName> branches)
    {
        using Repository repository = _repository.Open();
        return [.. branches.Select(branch => repository.Refs.Resolve(branch))];
    }

    private void Use(Action<Repository> use)
    {
        using Repository repository = _repository.Open();
        use(repository);
    }
}
