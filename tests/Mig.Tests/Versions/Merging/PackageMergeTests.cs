using Mig.Core;
using Mig.History.Merging;
using Mig.Machines.Merging;
using Mig.Testing;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>Two branches on which dpkg has installed packages: after the merge, dpkg itself finds its database true.</summary>
public sealed class PackageMergeTests : IDisposable
{
    private readonly MergeBench _bench = new();
    private readonly DebianPackages _packages = new();
    private readonly TestFolder _copies = new();

    [Fact]
    public void PackagesOfBothSidesAreInstalled()
    {
        Begin();
        Install("left", "origin", "base", "one_1.1", "extra_1.0");
        Install("right", "origin", "base", "two_1.1", "other_1.0");
        _bench.SwitchTo("left");
        Assert.Equal(MergeKind.Merged, _bench.Merge("right").Kind);
        _bench.Look("left", folder =>
        {
            Assert.Equal("extra 1.0\none 1.1\nother 1.0\ntwo 1.1\n", Installed(folder));
            AssertTrue(folder);

            // The judge notices a file that is not what the database says.
            Tool.Run("cp", "-a", folder, _copies["damaged"]);
            File.AppendAllText(_copies["damaged/usr/lib/one/file3"], "x");
            Assert.Equal("??5?????? /lib/one/file3",
                Tool.Try("dpkg", "--root=" + _copies["damaged"], "-V", "one").Output.Replace("   ", " ", StringComparison.Ordinal).Trim());
        });
    }

    [Fact]
    public void OfTwoUpgradesTheNewerHasAllItsFiles()
    {
        Begin();
        Install("left", "origin", "base", "one_1.10");
        Install("right", "origin", "base", "one_1.9");
        _bench.SwitchTo("right");
        MergeOutcome outcome = _bench.Merge("left");
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        Assert.Contains(outcome.Plan!.Notes, note =>
            note.Contains("one 1.10 from there, which is newer than 1.9", StringComparison.Ordinal));
        _bench.Look("right", folder =>
        {
            Assert.Equal("one 1.10\ntwo 1.0\n", Installed(folder));
            Assert.True(File.Exists(folder + "/usr/lib/one/only-in-1.10"));
            Assert.False(File.Exists(folder + "/usr/lib/one/only-in-1.9"));
            AssertTrue(folder);
        });
    }

    [Fact]
    public void AConfigurationThatWasEditedMeetsAnUpgradeByLines()
    {
        Begin();
        _bench.Commit("left", "origin", "base", folder => MergeTests.Shell(folder, "sed -i 's/^port=.*/port=8080/' etc/one.conf"));
        Install("right", "origin", "base", "one_1.1");
        _bench.SwitchTo("left");
        Assert.Equal(MergeKind.Merged, _bench.Merge("right").Kind);
        _bench.Look("left", folder => Assert.Equal("version=1.1\n\n\n\n\nport=8080\n", File.ReadAllText(folder + "/etc/one.conf")));
    }

    [Fact]
    public void APackageThatOneSideRemovedAndTheOtherUpgradedIsAConflict()
    {
        Begin();
        _bench.Commit("left", "origin", "base", folder => DebianPackages.Remove(folder, "-P", "one"));
        Install("right", "origin", "base", "one_1.1");
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.Equal(MergeKind.Conflict, outcome.Kind);
        Assert.Equal("'one' was removed here and changed there", Assert.Single(outcome.Plan!.Conflicts).Conflict.Reason);
    }

    // The side that is taken has the whole package: files, scripts, records, configuration.
    [Theory]
    [InlineData("-P", MergeSide.Theirs)]
    [InlineData("-P", MergeSide.Ours)]
    [InlineData("-r", MergeSide.Theirs)]
    [InlineData("-r", MergeSide.Ours)]
    public void ASideThatIsTakenHasTheWholePackage(string how, MergeSide side)
    {
        Begin();
        _bench.Commit("left", "origin", "base", folder =>
        {
            DebianPackages.Remove(folder, how, "one");
            _packages.Install(folder, "extra_1.0");
        });
        Install("right", "origin", "base", "one_1.1", "other_1.0");
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right", new MergeChoices { Favored = side });
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look("left", folder =>
        {
            string one = side == MergeSide.Theirs ? "one 1.1\n" : how == "-r" ? "one 1.0\n" : "";
            Assert.Equal($"extra 1.0\n{one}other 1.0\ntwo 1.0\n", Installed(folder));
            Assert.Equal(side == MergeSide.Theirs, File.Exists(folder + "/usr/lib/one/only-in-1.1"));
            Assert.Equal(side == MergeSide.Theirs || how == "-r", File.Exists(folder + "/etc/one.conf"));
            Assert.Equal(side == MergeSide.Theirs, Directory.Exists(folder + "/var/lib/one/own"));
            foreach (string link in (string[])["/etc/rc2.d/S01one", "/etc/systemd/system/multi-user.target.wants/one.service"])
                Assert.Equal(side == MergeSide.Theirs || how == "-r", new FileInfo(folder + link).LinkTarget is not null);
            AssertTrue(folder);
        });
    }

    // Whatever was done to a package that the other side removed: to what dpkg says of it, or to its files.
    [Theory]
    [InlineData("-P", "sed -i '/^Package: one$/,/^$/s/^Status: install/Status: hold/' var/lib/dpkg/status")]
    [InlineData("-r", "sed -i '/^Package: one$/,/^$/s/^Status: install/Status: hold/' var/lib/dpkg/status")]
    [InlineData("-P", "chmod 4755 usr/lib/one/file1", false)]
    [InlineData("-r", "mv usr/lib/one/file2 usr/lib/one/file2.orig")]
    public void APackageThatOneSideRemovedAndTheOtherTouchedIsWhollyThereOrGone(string how, string touch, bool hasOther = true)
    {
        Begin();
        _bench.Commit("left", "origin", "base", folder => DebianPackages.Remove(folder, how, "one"));
        _bench.Commit("right", "origin", "base", folder =>
        {
            MergeTests.Shell(folder, touch);
            if (hasOther)
                _packages.Install(folder, "other_1.0");
        });
        _bench.SwitchTo("left");
        Assert.Equal("'one' was removed here and changed there",
            Assert.Single(_bench.Merge("right").Plan!.Conflicts, item => item.Conflict.Kind == MergeConflictKind.Content).Conflict.Reason);
        Assert.Empty(_bench.Merge("right", new MergeChoices { Favored = MergeSide.Theirs }).Plan!.Conflicts);
        _bench.Look("left", folder =>
        {
            Assert.Equal($"one 1.0\n{(hasOther ? "other 1.0\n" : "")}two 1.0\n", Installed(folder));
            Assert.All((string[])["usr/lib/one/file0", "usr/lib/one/file1", "usr/lib/one/file4", "etc/one.conf",
                "var/lib/dpkg/info/one.list"], file => Assert.True(File.Exists($"{folder}/{file}"), file));
        });
    }

    // One side replaced a package with another one that has the same file; the other side has the old one still.
    [Fact]
    public void APackageThatTookAnothersPlaceIsNoConflict()
    {
        Begin();
        Install("with", "origin", "base", "samea_1.0");
        Install("left", "with", "with", "extra_1.0");
        _bench.Commit("right", "with", "with", folder =>
        {
            DebianPackages.Remove(folder, "-P", "samea");
            _packages.Install(folder, "sameb_1.0");
        });
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look("left", folder =>
        {
            Assert.Equal("extra 1.0\none 1.0\nsameb 1.0\ntwo 1.0\n", Installed(folder));
            AssertTrue(folder);
        });
    }

    // A table that somebody made by hand says whose package it is; the files are of the same side.
    [Theory]
    [InlineData("1.1")]
    [InlineData("")]
    [InlineData("7")]
    public void ATableMadeByHandHasThePackageOfOneSide(string version)
    {
        Begin();
        _bench.Commit("left", "origin", "base", folder => DebianPackages.Remove(folder, "-P", "one"));
        Install("right", "origin", "base", "one_1.1");
        string theirs = "";
        _bench.Look("right", folder => theirs = File.ReadAllText(folder + "/var/lib/dpkg/status"));
        string[] stanzas = theirs.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        string made = version.Length > 0 ? theirs.Replace("Version: 1.1\n", $"Version: {version}\n", StringComparison.Ordinal)
            : stanzas.Single(stanza => stanza.Contains("Package: two", StringComparison.Ordinal)) + "\n\n";
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge(
            "right", new MergeChoices
            {
                Contents =
            new Dictionary<string, byte[]> { ["/var/lib/dpkg/status"] = System.Text.Encoding.UTF8.GetBytes(made) }
            });
        Assert.Equal(version == "7" ? MergeKind.Conflict : MergeKind.Merged, outcome.Kind);
        if (version == "7")
            return;
        _bench.Look("left", folder =>
        {
            Assert.Equal((version.Length > 0 ? "one 1.1\n" : "") + "two 1.0\n", Installed(folder));
            Assert.Equal(version.Length > 0, File.Exists(folder + "/usr/lib/one/only-in-1.1"));
            AssertTrue(folder);
        });
    }

    // Files of sister packages are alike; none is a file of another package under a new name.
    [Fact]
    public void SisterPackagesAreNoRenamesOfEachOther()
    {
        Begin();
        foreach ((string branch, string sister) in ((string, string)[])[("left", "sisterone_1.0"), ("right", "sistertwo_1.0")])
        {
            _bench.Commit(branch, "origin", "base", folder =>
            {
                DebianPackages.Remove(folder, "-P", "one");
                _packages.Install(folder, sister);
            });
        }

        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look("left", folder =>
        {
            Assert.Equal("sisterone 1.0\nsistertwo 1.0\ntwo 1.0\n", Installed(folder));
            AssertTrue(folder);
        });
    }

    // The last change is the merge; so what was before it is what our side had.
    [Fact]
    public void TheCopyFromBeforeIsWhatOurTableWas()
    {
        Begin();
        Install("left", "origin", "base", "one_1.1");
        Install("left", "left", "left", "extra_1.0");
        Install("right", "origin", "base", "two_1.1");
        string before = "";
        _bench.Look("left", folder => before = File.ReadAllText(folder + "/var/lib/dpkg/status"));
        _bench.SwitchTo("left");
        Assert.Equal(MergeKind.Merged, _bench.Merge("right").Kind);
        _bench.Look("left", folder => Assert.Equal(before, File.ReadAllText(folder + "/var/lib/dpkg/status-old")));
    }

    // Both agree that its files are gone, and a purge comes after a removal.
    [Theory]
    [InlineData("left", "right")]
    [InlineData("right", "left")]
    public void APackageThatOneSideRemovedAndTheOtherPurgedIsPurged(string here, string there)
    {
        Begin();
        _bench.Commit("left", "origin", "base", folder => DebianPackages.Remove(folder, "-r", "one"));
        _bench.Commit("right", "origin", "base", folder => DebianPackages.Remove(folder, "-P", "one"));
        _bench.SwitchTo(here);
        MergeOutcome outcome = _bench.Merge(there);
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look(here, folder =>
        {
            Assert.Equal("two 1.0\n", Installed(folder));
            Assert.False(File.Exists(folder + "/etc/one.conf"));
            Assert.False(File.Exists(folder + "/var/lib/dpkg/info/one.list"));
            AssertTrue(folder);
        });
    }

    public void Dispose()
    {
        _bench.Dispose();
        _packages.Dispose();
        _copies.Dispose();
    }

    private void Begin() => _bench.Begin(folder =>
    {
        DebianPackages.Begin(folder);
        _packages.Install(folder, "one_1.0", "two_1.0");
    });

    private void Install(string branch, string start, string from, params string[] packages) =>
        _bench.Commit(branch, start, from, folder => _packages.Install(folder, packages));

    private static string Installed(string folder) =>
        Tool.Run("dpkg-query", $"--admindir={folder}/var/lib/dpkg", "-W", "-f", "${Package} ${Version}\n");

    private static void AssertTrue(string folder)
    {
        Assert.Equal("", Tool.Run("dpkg", "--root=" + folder, "--audit"));
        Assert.Equal("", Tool.Run("dpkg", "--root=" + folder, "-V"));
    }
}
