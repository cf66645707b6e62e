using System.Text;
using Mig.History.Merging;
using Mig.Machines.Merging;
using Mig.Testing;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>
/// Machines whose packages are those of pacman, apk or RPM: merged by package, or refused by name; never as bytes, and never half of both.
/// </summary>
public sealed class OtherPackageMergeTests : IDisposable
{
    private const string Spec = """
        Name: one
        Version: %{v}
        Release: 1
        Summary: a
        License: MIT
        BuildArch: noarch
        %description
        x
        %install
        for p in one two three; do mkdir -p %{buildroot}/usr/lib/$p %{buildroot}/etc; echo "$p %{v}" > %{buildroot}/usr/lib/$p/file; echo x > %{buildroot}/usr/lib/$p/only-in-%{v}; printf 'version=%{v}\n\n\n\n\nport=80\n' > %{buildroot}/etc/$p.conf; done
        %files
        /usr/lib/one
        %config /etc/one.conf
        %package -n two
        Summary: b
        %description -n two
        y
        %files -n two
        /usr/lib/two
        %config /etc/two.conf
        %package -n three
        Summary: c
        %description -n three
        z
        %files -n three
        /usr/lib/three
        %config /etc/three.conf
        """;

    private readonly MergeBench _bench = new();
    private readonly TestFolder _work = new();

    [Fact]
    public void PackagesOfPacmanMergeByPackage()
    {
        _bench.Begin(folder => Pacman(folder, "one-1.0", "two-1.0"));
        _bench.Commit("left", "origin", "base", folder => Pacman(folder, "one-1.10", "three-1.0"));
        _bench.Commit("right", "origin", "base", folder => Pacman(folder, "one-1.9", "two-1.1", "four-1.0"));
        foreach ((string here, string there) in ((string, string)[])[("left", "right"), ("right", "left")])
        {
            _bench.SwitchTo(here);
            MergeOutcome outcome = _bench.Merge(there, MergeChoices.None, isDryRun: here == "left");
            Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
            Assert.Contains(outcome.Plan!.Notes, note => note.Contains(
                $"one 1.10-1 from {(here == "left" ? "here" : "there")}, which is newer than 1.9-1", StringComparison.Ordinal));
        }

        _bench.Look("right", folder =>
        {
            Assert.Equal("four 1.0-1\none 1.10-1\nthree 1.0-1\ntwo 1.1-1\n", PacmanList(folder));
            Assert.Equal(["four-1.0-1", "one-1.10-1", "three-1.0-1", "two-1.1-1"], Folders(folder));
            Assert.False(File.Exists(folder + "/usr/lib/one/only-in-1.9"));
            Tool.Run("pacman", "-r", folder, "-b", folder + "/var/lib/pacman", "-Qk");
        });
    }

    [Theory]
    [InlineData(MergeSide.Ours)]
    [InlineData(MergeSide.Theirs)]
    public void APackageOfPacmanThatOneSideRemovedIsAConflictAsAWhole(MergeSide side)
    {
        _bench.Begin(folder => Pacman(folder, "one-1.0", "two-1.0"));
        _bench.Commit("left", "origin", "base", folder =>
        {
            Tool.Run("pacman", "-r", folder, "-b", folder + "/var/lib/pacman", "--noconfirm", "-R", "one");
            Pacman(folder, "three-1.0");
        });
        _bench.Commit("right", "origin", "base", folder => Pacman(folder, "one-1.1", "two-1.1"));
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.Equal(MergeKind.Conflict, outcome.Kind);
        (string _, MergeConflict conflict) = Assert.Single(outcome.Plan!.Conflicts);
        Assert.Equal((MergeConflictKind.Package, "var/lib/pacman/local/one-1.0-1", "the package 'one' was removed here and changed there"),
            (conflict.Kind, Encoding.UTF8.GetString(conflict.Path.Span), conflict.Reason));
        string[] chosen = ["/var/lib/pacman/local/one-1.0-1"];
        outcome = _bench.Merge("right", side == MergeSide.Ours ? new MergeChoices { Ours = chosen } : new MergeChoices { Theirs = chosen });
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look("left", folder =>
        {
            Assert.Equal((side == MergeSide.Theirs ? "one 1.1-1\n" : "") + "three 1.0-1\ntwo 1.1-1\n", PacmanList(folder));
            Assert.Equal(side == MergeSide.Theirs, File.Exists(folder + "/usr/lib/one/file"));
            Tool.Run("pacman", "-r", folder, "-b", folder + "/var/lib/pacman", "-Qk");
        });
    }

    // Their files are alike, and none is another one under a new name.
    [Fact]
    public void SisterPackagesOfPacmanAreNoRenames()
    {
        _bench.Begin(folder => Pacman(folder, "sister-1.0", "two-1.0"));
        foreach ((string branch, string package) in ((string, string)[])[("left", "sisterone-1.0"), ("right", "sistertwo-1.0")])
        {
            _bench.Commit(branch, "origin", "base", folder =>
            {
                Tool.Run("pacman", "-r", folder, "-b", folder + "/var/lib/pacman", "--noconfirm", "-R", "sister");
                Pacman(folder, package);
            });
        }

        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look("left", folder =>
        {
            Assert.Equal("sisterone 1.0-1\nsistertwo 1.0-1\ntwo 1.0-1\n", PacmanList(folder));
            Tool.Run("pacman", "-r", folder, "-b", folder + "/var/lib/pacman", "-Qk");
        });
    }

    // What apk writes, by its documentation: packages, their scripts, what was asked for.
    [Fact]
    public void PackagesOfApkMergeByPackage()
    {
        _bench.Begin(folder => Apk(folder, "one-1.0", "two-1.0"));
        _bench.Commit("left", "origin", "base", folder => Apk(folder, "one-1.10", "two-1.0", "three-1.0"));
        _bench.Commit("right", "origin", "base", folder => Apk(folder, "one-1.9", "two-1.1", "four-1.0"));
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look("left", folder => Assert.Equal("four 1.0, one 1.10, three 1.0, two 1.1", ApkState(folder)));
    }

    [Theory]
    [InlineData(MergeSide.Ours)]
    [InlineData(MergeSide.Theirs)]
    public void APackageOfApkThatOneSideRemovedIsAConflictAsAWhole(MergeSide side)
    {
        _bench.Begin(folder => Apk(folder, "one-1.0", "two-1.0"));
        _bench.Commit("left", "origin", "base", folder => Apk(folder, "two-1.0", "three-1.0"));
        _bench.Commit("right", "origin", "base", folder => Apk(folder, "one-1.1", "two-1.1"));
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.Contains(outcome.Plan!.Conflicts, item => item.Conflict.Reason == "'one' was removed here and changed there");
        outcome = _bench.Merge("right", new MergeChoices { Favored = side });
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look("left", folder => Assert.Equal((side == MergeSide.Theirs ? "one 1.1, " : "") + "three 1.0, two 1.1", ApkState(folder)));
    }

    [Theory]
    [InlineData(MergeSide.Ours)]
    [InlineData(MergeSide.Theirs)]
    public void TheDatabaseOfRpmIsOneSidesWithAllFilesOfThesePackages(MergeSide side)
    {
        _bench.Begin(folder => Rpm(folder, "one-1.0", "two-1.0"), "-t ext4 -b 4096");
        _bench.Commit("left", "origin", "base", folder =>
        {
            Rpm(folder, "one-1.1");
            MergeTests.Shell(folder, "echo ours > ours");
        });
        _bench.Commit("right", "origin", "base", folder =>
        {
            Rpm(folder, "two-1.1", "three-1.0");
            MergeTests.Shell(folder, "echo theirs > theirs; sed -i s/80/edited/ etc/one.conf");
        });
        _bench.SwitchTo("left");
        MergeOutcome outcome = _bench.Merge("right");
        Assert.Equal(MergeKind.Conflict, outcome.Kind);
        MergeConflict conflict = Assert.Single(outcome.Plan!.Conflicts, item => item.Conflict.Kind == MergeConflictKind.Package).Conflict;
        Assert.Equal("var/lib/rpm/rpmdb.sqlite", Encoding.UTF8.GetString(conflict.Path.Span));
        Assert.Contains("one-1.0-1.noarch, one-1.1-1.noarch", conflict.Reason, StringComparison.Ordinal);
        Assert.Contains("the database of RPM is not merged", conflict.Reason, StringComparison.Ordinal);
        outcome = _bench.Merge("right", new MergeChoices { Favored = side });
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Conflicts));
        _bench.Look("left", folder =>
        {
            Tool.Run("cp", "-a", folder, _work["copy"]);
            Assert.Equal(side == MergeSide.Ours ? "one-1.1 two-1.0 " : "one-1.0 three-1.0 two-1.1 ",
                Tool.Run(
                "sh", "-c",
                $"rpm --root {_work["copy"]} --dbpath /var/lib/rpm -qa --qf '%{{NAME}}-%{{VERSION}} ' | tr ' ' '\\n' | sort | tr '\\n' ' '")
                .TrimStart());
            Assert.Equal("", Tool.Try("sh", "-c",
                $"rpm --root {_work["copy"]} --dbpath /var/lib/rpm -Va --nodeps --noconfig 2>/dev/null | grep -v ' c '").Output);
            Assert.Equal(side == MergeSide.Theirs, File.Exists(folder + "/usr/lib/three/file"));
            Assert.True(File.Exists(folder + "/ours") && File.Exists(folder + "/theirs"));
            Assert.Contains("edited", File.ReadAllText(folder + "/etc/one.conf"), StringComparison.Ordinal);
        });
    }

    public void Dispose()
    {
        _bench.Dispose();
        _work.Dispose();
    }

    private void Pacman(string folder, params string[] packages)
    {
        Directory.CreateDirectory(folder + "/var/lib/pacman");
        foreach (string package in packages)
        {
            (string name, string version) = (package.Split('-')[0], package.Split('-')[1]);
            if (!File.Exists(_work[package + ".pkg.tar.gz"]))
            {
                Directory.CreateDirectory(_work[package]);
                MergeTests.Shell(_work[package], $"""
                    mkdir -p usr/lib/{name} etc; echo '{(name.StartsWith("sister", StringComparison.Ordinal) ? "sister" : name)} {version}' > usr/lib/{name}/file; echo {(name.StartsWith("sister", StringComparison.Ordinal) ? "sister" : "x")} > usr/lib/{name}/only-in-{version}; echo 'version={version}' > etc/{name}.conf
                    printf 'pkgname = {name}\npkgver = {version}-1\npkgdesc = g\nurl = x\nbuilddate = 1700000000\npackager = P <p@example.com>\nsize = 10\narch = any\nlicense = GPL\nbackup = etc/{name}.conf\n' > .PKGINFO
                    tar -czf ../{package}.pkg.tar.gz .PKGINFO usr etc
                    """);
            }
        }

        Tool.Run("pacman", ["-r", folder, "-b", folder + "/var/lib/pacman", "--noconfirm", "--noscriptlet", "-U",
            .. packages.Select(package => _work[package + ".pkg.tar.gz"])]);
    }

    private static string PacmanList(string folder) => Tool.Run("pacman", "-r", folder, "-b", folder + "/var/lib/pacman", "-Q");

    private static string[] Folders(string folder) => [
        .. Directory.GetDirectories(folder + "/var/lib/pacman/local").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    // Writes the whole machine of these packages, as apk would have left it.
    private static void Apk(string folder, params string[] packages)
    {
        var installed = new StringBuilder();
        MergeTests.Shell(folder, "rm -rf usr/lib scripts; mkdir -p lib/apk/db etc/apk usr/lib scripts");
        foreach (string package in packages)
        {
            (string name, string version) = (package.Split('-')[0], package.Split('-')[1]);
            Directory.CreateDirectory($"{folder}/usr/lib/{name}");
            File.WriteAllText($"{folder}/usr/lib/{name}/file", $"{name} {version}\n");
            File.WriteAllText($"{folder}/usr/lib/{name}/only-in-{version}", "x\n");
            File.WriteAllText($"{folder}/scripts/{name}-{version}.Q1{name}{version}=.post-install", $"#!/bin/sh\n# {package}\n");
            installed.Append($"C:Q1{name}{version}=\nP:{name}\nV:{version}\nA:x86_64\nF:usr/lib/{name}\nR:file\nR:only-in-{version}\n\n");
        }

        File.WriteAllText(folder + "/lib/apk/db/installed", installed.ToString());
        File.WriteAllLines(folder + "/lib/apk/db/triggers",
            packages.Select(package => $"Q1{package.Replace("-", "", StringComparison.Ordinal)}= /usr/lib/{package.Split('-')[0]}"));
        File.WriteAllLines(folder + "/etc/apk/world", packages.Select(package => package.Split('-')[0]));
        MergeTests.Shell(folder, "cd scripts; tar --format=ustar --mtime=@0 -cf ../lib/apk/db/scripts.tar *; cd ..; rm -r scripts");
    }

    // Says what is installed only if all that apk keeps says the same.
    private static string ApkState(string folder)
    {
        string[] stanzas = File.ReadAllText(folder + "/lib/apk/db/installed").Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        string[] packages = [.. stanzas.Select(stanza => $"{Line(stanza, "P:")} {Line(stanza, "V:")}").Order(StringComparer.Ordinal)];
        Assert.Equal(packages.Select(package => package.Split(' ')[0]), File.ReadAllLines(folder + "/etc/apk/world")
            .Order(StringComparer.Ordinal));
        Assert.Equal(packages.Select(package => $"Q1{package.Replace(" ", "", StringComparison.Ordinal)}="),
            File.ReadAllLines(folder + "/lib/apk/db/triggers").Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
        Assert.Equal(
            packages.Select(package => $"{package.Replace(' ', '-')}.Q1{package.Replace(" ", "", StringComparison.Ordinal)}=.post-install"),
            Tool.Run("tar", "-tf", folder + "/lib/apk/db/scripts.tar").Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Order(StringComparer.Ordinal));
        Assert.Equal(packages.Select(package => package.Split(' ')[0]), Directory.GetDirectories(folder + "/usr/lib")
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        foreach (string package in packages)
        {
            (string name, string version) = (package.Split(' ')[0], package.Split(' ')[1]);
            Assert.Equal(["file", "only-in-" + version], Directory.GetFiles($"{folder}/usr/lib/{name}")
                .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
            Assert.Equal($"{name} {version}\n", File.ReadAllText($"{folder}/usr/lib/{name}/file"));
        }

        return string.Join(", ", packages);

        static string Line(string stanza, string field) =>
            stanza.Split('\n').First(line => line.StartsWith(field, StringComparison.Ordinal))[2..];
    }

    private void Rpm(string folder, params string[] packages)
    {
        foreach (string version in packages.Select(package => package.Split('-')[1]).Distinct())
        {
            if (Directory.Exists(_work["rpm" + version]))
                continue;
            File.WriteAllText(_work["one.spec"], Spec);
            Tool.Run("rpmbuild", "-bb", "--define", $"_topdir {_work["rpm" + version]}", "--define", $"v {version}", _work["one.spec"]);
        }

        Directory.CreateDirectory(folder + "/var/lib/rpm");
        Tool.Run("rpm", ["--root", folder, "--dbpath", "/var/lib/rpm", "-U", "--nodeps", "--noscripts",
            .. packages.Select(package => Path.Combine(_work["rpm" + package.Split('-')[1]], "RPMS/noarch", package + "-1.noarch.rpm"))]);
    }
}
