using Mig.Core;
using Mig.History.Merging;
using Mig.Merging;
using Mig.Testing;
using Tool = Mig.Testing.Tool;

namespace Mig.Tests.Merging;

/// <summary>Two branches on which dpkg has installed packages: after the merge, dpkg itself finds its database true.</summary>
public sealed class PackageMergeTests : IDisposable
{
    private readonly MergeBench _bench = new();
    private readonly TestFolder _packages = new();

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
            Tool.Run("cp", "-a", folder, _packages["damaged"]);
            File.AppendAllText(_packages["damaged/usr/lib/one/file3"], "x");
            Assert.Equal("??5?????? /lib/one/file3", Tool.Try("dpkg", "--root=" + _packages["damaged"], "-V", "one").Output.Replace("   ", " ", StringComparison.Ordinal).Trim());
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
        Assert.Contains(outcome.Plan!.Notes, note => note.Contains("one 1.10 from there, which is newer than 1.9", StringComparison.Ordinal));
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
        _bench.Commit("left", "origin", "base", folder => Tool.Run("dpkg", "--root=" + folder, "--force-script-chrootless", "-P", "one"));
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
            Tool.Run("dpkg", "--root=" + folder, "--force-script-chrootless", how, "one");
            Unpack(folder, "extra_1.0");
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
                Tool.Run("dpkg", "--root=" + folder, "--force-script-chrootless", "-P", "one");
                Unpack(folder, sister);
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

    public void Dispose()
    {
        _bench.Dispose();
        _packages.Dispose();
    }

    private void Begin() => _bench.Begin(folder =>
    {
        MergeTests.Shell(folder, "mkdir -p var/lib/dpkg/info var/lib/dpkg/updates var/lib/dpkg/triggers usr/lib; ln -s usr/lib lib; touch var/lib/dpkg/status");
        Unpack(folder, "one_1.0", "two_1.0");
    });

    private void Install(string branch, string start, string from, params string[] packages) => _bench.Commit(branch, start, from, folder => Unpack(folder, packages));

    private void Unpack(string folder, params string[] packages) =>
        Tool.Run("dpkg", ["--root=" + folder, "--force-script-chrootless", "--force-confold", "-i", .. packages.Select(Build)]);

    // The files of "one" lie behind a link, as those in /lib do.
    private string Build(string package)
    {
        string archive = _packages[package + ".deb"];
        if (File.Exists(archive))
            return archive;
        (string name, string version) = (package.Split('_')[0], package.Split('_')[1]);
        string tree = _packages[package], files = Path.Combine(tree, name == "one" ? "lib" : "usr/lib", name);
        Directory.CreateDirectory(files);
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        Directory.CreateDirectory(Path.Combine(tree, "etc"));
        for (int i = 0; i < 6; i++)
            File.WriteAllText(Path.Combine(files, $"file{i}"), $"{name} {(i % 2 == 0 ? version : "always")} {i}\n");
        File.WriteAllText(Path.Combine(files, $"only-in-{version}"), "x\n");
        File.WriteAllText(Path.Combine(tree, $"etc/{name}.conf"), $"version={version}\n\n\n\n\nport=80\n");
        File.WriteAllText(Path.Combine(tree, "DEBIAN/conffiles"), $"/etc/{name}.conf\n");
        File.WriteAllText(Path.Combine(tree, "DEBIAN/control"), $"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: test <test@example.com>\nDescription: a package\n with two lines\n");
        MergeTests.Shell(tree, "find . -path ./DEBIAN -prune -o -type f -printf '%P\\n' | xargs md5sum > DEBIAN/md5sums");
        Tool.Run("dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, archive);
        return archive;
    }

    private static string Installed(string folder) => Tool.Run("dpkg-query", $"--admindir={folder}/var/lib/dpkg", "-W", "-f", "${Package} ${Version}\n");

    private static void AssertTrue(string folder)
    {
        Assert.Equal("", Tool.Run("dpkg", "--root=" + folder, "--audit"));
        Assert.Equal("", Tool.Run("dpkg", "--root=" + folder, "-V"));
    }
}
