using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.Machines.Inventories;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Compare;

namespace Mig.Tests.Versions.Compare;

/// <summary>
/// Two versions of a real disk, edited through the kernel, against what <c>diff -r</c>, <c>find</c> and <c>dpkg-query</c> say of both.
/// </summary>
public sealed class ImageComparerTests : IDisposable
{
    private const string Edits = """
        cd "$1"
        echo changed >> etc/os-release
        rm usr/share/doc/file7.txt
        mkdir -p srv/new
        echo added > srv/new/file
        mv usr/share/doc/file40.txt srv/moved.txt
        chmod 600 usr/share/doc/file1.txt
        chown 12:34 usr/share/doc/file2.txt
        setfattr -n user.note -v x usr/share/doc/file3.txt
        touch -d 2020-01-01 usr/share/doc/file4.txt
        ln -sf elsewhere etc/link
        rm usr/share/doc/file5.txt && mkdir usr/share/doc/file5.txt
        printf changed | dd of=usr/large bs=1 seek=1200000 conv=notrunc status=none
        printf 'Package: one\nStatus: install ok installed\nArchitecture: all\nMaintainer: x\nVersion: 2.0\nDescription: x\n\nPackage: gone\nStatus: deinstall ok config-files\nArchitecture: all\nMaintainer: x\nVersion: 1\nDescription: x\n\nPackage: new\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: x\nVersion: 1:0~1\nDescription: x\n continued\n' > var/lib/dpkg/status
        mkdir -p usr/lib/python3/dist-packages/Alpha-1.0.dist-info && printf 'Metadata-Version: 2.1\nName: Alpha\nVersion: 1.0\n' > usr/lib/python3/dist-packages/Alpha-1.0.dist-info/METADATA
        sync -f .
        """;

    private readonly TestRepository _repository = new();

    [Fact]
    public void ChangesAreThoseThatTheKernelShows()
    {
        (string one, string two) = MakeDisks();
        (CommitId before, CommitId after) = (Commit(one), Commit(two));
        using Repository repository = _repository.Open();
        ImageComparison comparison = Compare(repository, before, after);
        List<TreeChange> changes = [.. Assert.Single(comparison.Volumes).Changes];
        Assert.Equal("srv/moved.txt", Path(Assert.Single(changes, change => (change.Kinds & ChangeKinds.Renamed) != 0).Path));

        // Renames taken apart, each side of what changed stands in a list as find prints it; names of links are the judge's to resolve.
        var differing = changes.SelectMany(change => (string[])[
            Path(change.Path), .. change.OldPath is { } old ? (string[])[Path(old)] : []]).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(ListDifferences(one, two), differing);

        var contents = changes.Where(change => (change.Kinds & ChangeKinds.Content) != 0).Select(change => Path(change.Path))
            .Order(StringComparer.Ordinal);
        Assert.Equal(DifferingContents(one, two), contents);
        AssertKinds(changes, "usr/share/doc/file1.txt", ChangeKinds.Mode);
        AssertKinds(changes, "usr/share/doc/file2.txt", ChangeKinds.Owner);
        AssertKinds(changes, "usr/share/doc/file3.txt", ChangeKinds.Xattrs);
        AssertKinds(changes, "usr/share/doc/file4.txt", ChangeKinds.Time);
        Assert.True(changes.Single(change => Path(change.Path) == "usr/share/doc/file5.txt").Kinds.HasFlag(ChangeKinds.Type));

        // Negative control: one more change, which the old comparison does not have.
        using (var mount = new LoopMount(two, "defaults"))
            File.WriteAllText(System.IO.Path.Combine(mount.Path, "one-more"), "x");
        Assert.NotEqual(ListDifferences(one, two), differing);
    }

    [Fact]
    public void PackagesAreThoseOfDpkg()
    {
        (string one, string two) = MakeDisks();
        (CommitId before, CommitId after) = (Commit(one), Commit(two));
        using Repository repository = _repository.Open();
        IReadOnlyList<PackageChange> packages = new PackageComparer(repository)
            .Compare(Compare(repository, before, after), TestContext.Current.CancellationToken);
        // after those of the system, whatever its name
        Assert.Equal(new PackageChange(PackageKind.Python, "Alpha", "", null, "1.0"), packages[^1]);
        packages = [.. packages.SkipLast(1)];
        Assert.Equal([new(PackageKind.Dpkg, "gone", "all", "1", null), new(PackageKind.Dpkg, "new", "amd64", null, "1:0~1"),
            new PackageChange(PackageKind.Dpkg, "one", "all", "1.0", "2.0")], packages);

        Assert.False(packages[2].IsDowngrade);
        Assert.True((packages[2] with { Before = "10.0" }).IsDowngrade);
        string[] left = Installed(one), right = Installed(two);
        Assert.Equal(left.Except(right).Order(StringComparer.Ordinal), packages.Where(package => package.Before is not null)
            .Select(package => $"{package.Name} {package.Architecture} {package.Before}"));
        Assert.Equal(right.Except(left).Order(StringComparer.Ordinal), packages.Where(package => package.After is not null)
            .Select(package => $"{package.Name} {package.Architecture} {package.After}"));
        Assert.NotEqual(left, right);
    }

    [Fact]
    public void WhatDiffersOutsideOfFilesIsFoundInItsRegion()
    {
        string disk = TestDisks.Gpt(_repository.Files, "disk");
        CommitId before = Commit(disk);
        Overwrite(disk, 100, "boot code");
        Overwrite(disk, 512 * 5, "partition table");
        Overwrite(disk, (9 << 20) + 3, "boot sector");
        Overwrite(disk, 36 << 20, "nowhere");
        CommitId after = Commit(disk);
        using Repository repository = _repository.Open();
        IReadOnlyList<RegionChange> regions = Assert.Single(
            new ImageComparer(repository).CompareDisks(Compare(repository, before, after), TestContext.Current.CancellationToken)).Regions;
        Assert.Equal([DiskRegion.BootCode, DiskRegion.PartitionTable, DiskRegion.BootSector, DiskRegion.BetweenPartitions],
            regions.Select(region => region.Region));
        Assert.Equal([440L, 512, 512, 512], regions.Select(region => region.Length));
        Assert.Equal([0L, 2560, 9 << 20, 36 << 20], regions.Select(region => region.Ranges[0].Offset));
        Assert.Equal(2, regions[2].Volume!.Number);
        Assert.Empty(new ImageComparer(repository)
            .CompareDisks(Compare(repository, before, before), TestContext.Current.CancellationToken));
    }

    public void Dispose() => _repository.Dispose();

    private static void AssertKinds(List<TreeChange> changes, string path, ChangeKinds kinds) =>
        Assert.Equal(kinds, changes.Single(change => Path(change.Path) == path).Kinds);

    private static string Path(ReadOnlyMemory<byte> path) => Encoding.UTF8.GetString(path.Span);

    private static ImageComparison Compare(Repository repository, CommitId before, CommitId after) =>
        new ImageComparer(repository).Compare(repository.Objects.ReadCommit(before).Image, repository.Objects.ReadCommit(after).Image, []);

    private static void Overwrite(string disk, long offset, string text)
    {
        using FileStream file = File.OpenWrite(disk);
        file.Position = offset;
        file.Write(Encoding.ASCII.GetBytes(text));
    }

    // Everything that a version keeps, a line for each path, as find and stat print it; paths whose lines differ.
    private static List<string> ListDifferences(string one, string two)
    {
        string[] left = List(one), right = List(two);
        return [.. left.Except(right).Concat(right.Except(left)).Select(line => line.Split('\t')[0]).Distinct()
            .Order(StringComparer.Ordinal)];
    }

    private static string[] List(string disk)
    {
        using var mount = new LoopMount(disk, "ro");
        const string Script = """
            cd "$1"
            find . ! -path ./usr/second-name -printf '%P\t%y %m %U %G %T@ %l\t' \( -type f -exec sha256sum {} \; -o -printf '\n' \) | cut -f1-3 | sed 's/  \..*//'
            getfattr -R -m - -d --absolute-names . 2>/dev/null | awk '/^# file: /{f=substr($0,9); sub(/^\.\//, "", f)} /=/{print f "\t" $0}'
            """;
        return Tool.Run("bash", "-euc", Script, "list", mount.Path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static List<string> DifferingContents(string one, string two)
    {
        using var left = new LoopMount(one, "ro");
        using var right = new LoopMount(two, "ro");
        (_, string output) = Tool.Try("diff", "-rq", "--no-dereference", left.Path, right.Path);
        return [.. output.Split('\n').Where(line => line.StartsWith("Files ", StringComparison.Ordinal)).Select(line =>
            line.Split(' ')[1][(left.Path.Length + 1)..]).Where(path => path != "usr/second-name").Order(StringComparer.Ordinal)];
    }

    private static string[] Installed(string disk)
    {
        using var mount = new LoopMount(disk, "ro");
        return [.. Tool.Run("dpkg-query", $"--admindir={mount.Path}/var/lib/dpkg", "-W", "-f",
            "${db:Status-Status} ${Package} ${Architecture} ${Version}\n")
            .Split('\n').Where(line => line.StartsWith("installed ", StringComparison.Ordinal))
                .Select(line => line["installed ".Length..])];
    }

    private (string One, string Two) MakeDisks()
    {
        string sources = TestDisks.Sources(_repository.Files), dpkg = System.IO.Path.Combine(sources, "var/lib/dpkg");
        Directory.CreateDirectory(System.IO.Path.Combine(dpkg, "info"));
        Directory.CreateDirectory(System.IO.Path.Combine(dpkg, "updates"));
        string Package(string name, string version) =>
            $"Package: {name}\nStatus: install ok installed\nArchitecture: all\nMaintainer: x\nVersion: {version}\nDescription: x\n\n";
        File.WriteAllText(System.IO.Path.Combine(dpkg, "status"), Package("one", "1.0") + Package("gone", "1"));
        string one = TestDisks.FileSystem(_repository.Files, "one", "-t ext4 -b 4096", "48M"), two = _repository.Files["two"];
        File.Copy(one, two);
        using var mount = new LoopMount(two, "defaults");
        Tool.Run("bash", "-euc", Edits, "edit", mount.Path);
        return (one, two);
    }

    private CommitId Commit(string disk)
    {
        _repository.Commit(System.IO.Path.GetFileName(disk));
        using Repository repository = _repository.Open();
        return repository.Revisions.ResolveCommit("HEAD");
    }
}
