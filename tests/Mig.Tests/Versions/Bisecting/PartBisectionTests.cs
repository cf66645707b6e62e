using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Store;
using Mig.Testing;
using Mig.Tests.Versions.Merging;
using Mig.Versions.Bisecting;
using Mig.Versions.Bisecting.Parts;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Bisecting;

/// <summary>
/// What changed between two versions is divided, and each machine made of some of it is one that dpkg, e2fsck and the kernel find sound.
/// </summary>
public sealed class PartBisectionTests : IDisposable
{
    private readonly MergeBench _bench = new();
    private readonly DebianPackages _packages = new();

    public void Dispose()
    {
        _bench.Dispose();
        _packages.Dispose();
    }

    [Fact]
    public void The_package_that_breaks_it_is_found_with_what_it_needs()
    {
        Begin();
        var machines = new List<CommitId>();
        PartBisectResult result = Bisect("usr/lib/needsextra", machines);
        Assert.Equal("package needsextra 1.0, added", Assert.Single(result.Culprits).Title);
        Assert.Equal("package extra 1.0, added", Assert.Single(result.Companions).Title);
        Assert.Contains("/usr/lib/needsextra/file0", result.Culprits[0].Paths);
        Assert.Contains("/var/lib/dpkg/info/needsextra.list", result.Culprits[0].Paths);
        Assert.Equal(machines.Count, result.Tests);
        Assert.Contains(result.Machine!.Value, machines);
        foreach (CommitId machine in machines)
            _bench.Look(machine.ToString(), AssertSound);

        // The judge notices a package whose files are not all there.
        _bench.Look(result.Machine.Value.ToString(), folder =>
        {
            using var copy = new TestFolder();
            Tool.Run("cp", "-a", folder, copy["machine"]);
            File.Delete(copy["machine/usr/lib/extra/file0"]);
            Assert.Contains("missing", Tool.Try("dpkg", "--root=" + copy["machine"], "-V").Output, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_file_or_an_account_that_breaks_it_is_found()
    {
        Begin();
        var machines = new List<CommitId>();
        Assert.Equal("file /etc/motd", Assert.Single(Bisect("etc/motd", machines).Culprits).Title);
        PartBisectResult result = Bisect("srv/alice", machines);
        Assert.Equal("2 files with /srv/alice/inside/one", Assert.Single(result.Culprits).Title);
        Assert.Equal("account alice", Assert.Single(result.Companions).Title);
        _bench.Look(machines[0].ToString(), AssertSound);
        _bench.Look(result.Machine!.Value.ToString(), AssertSound);

        // Nothing is left behind that another command would take for a bisection.
        _bench.Do(repository => Assert.False(repository.Refs.Exists(Bisection.TestedRef)));
    }

    [Fact]
    public void All_parts_together_are_the_later_version()
    {
        Begin();
        _bench.Do(repository =>
        {
            var merger = new ImageMerger(new ScratchStore(repository.Store));
            MachineImage before = Image(repository, "origin"), after = Image(repository, "later");
            var parts = new ImageParts(merger, before, after);
            VolumeMerge volume = Assert.Single(parts.Plan(Enumerable.Range(0, parts.Parts.Count).ToHashSet()).Volumes);
            TreeEntry made = TreeEdit.Apply(merger.Store, merger.Store, volume.Volume.Root!, volume.Applied);
            Assert.All(new TreeDiff(merger.Store, PathLimits.None) { FollowsLinks = false }.Compare(made, after.Disks[0].Volumes[^1].Root),
                change => Assert.Equal((TreeEntryType.Directory, ChangeKinds.Time), (change.Entry.Type, change.Kinds)));
            Assert.Empty(parts.Plan(new HashSet<int>()).Volumes);
        });
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Begin();
        _bench.Do(repository =>
        {
            var bisection = new PartBisection(repository, static _ => BisectMark.Good);
            Assert.Contains("no files differ", Assert.Throws<UsageException>(() =>
                bisection.Run("later", "later", TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
            new Bisection(repository).Start("later", ["origin"]);
            Assert.Contains("mig bisect reset", Assert.Throws<UsageException>(() =>
                bisection.Run("origin", "later", TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        });
    }

    private void Begin()
    {
        _bench.Begin(folder =>
        {
            DebianPackages.Begin(folder);
            _packages.Install(folder, "one_1.0", "two_1.0");
            File.WriteAllText(folder + "/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
            File.WriteAllText(folder + "/etc/place", "a file\n");
            Directory.CreateDirectory(folder + "/srv");
        });
        _bench.Commit("later", "origin", "base", folder =>
        {
            _packages.Install(folder, "one_1.1", "two_1.1", "extra_1.0", "needsextra_1.0", "other_1.0");
            File.AppendAllText(folder + "/etc/passwd", "alice:x:1500:0::/srv/alice:/bin/sh\n");
            MergeTests.Shell(folder, """
                echo hi > etc/motd
                mkdir -p srv/alice/inside srv/alice-b; echo 1 > srv/alice/inside/one; ln srv/alice/inside/one srv/alice/two; echo 3 > srv/alice-b/three
                chown -R 1500 srv/alice
                rm etc/place; mkdir etc/place; echo x > etc/place/x
                """);
        });
    }

    private PartBisectResult Bisect(string path, List<CommitId> machines)
    {
        PartBisectResult? result = null;
        _bench.Do(repository => result = new PartBisection(repository, machine =>
        {
            Assert.Equal(machine.Value, repository.Refs.Resolve(Bisection.TestedRef));
            machines.Add(machine);
            TreeEntry root = repository.Objects.ReadImage(repository.Objects.ReadCommit(machine).Image).Disks[0].Volumes[^1].Root!;
            return TreeLookup.Find(repository.Store, root, Encoding.UTF8.GetBytes(path)) is null ? BisectMark.Good : BisectMark.Bad;
        }).Run("origin", "later", TestContext.Current.CancellationToken));
        return result!;
    }

    private static MachineImage Image(Repository repository, string revision) =>
        repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision));

    private static void AssertSound(string folder)
    {
        Assert.Equal("", Tool.Run("dpkg", "--root=" + folder, "--audit"));
        Assert.Equal("", Tool.Run("dpkg", "--root=" + folder, "-V"));
        Assert.True(!Directory.Exists(folder + "/usr/lib/needsextra") || Directory.Exists(folder + "/usr/lib/extra"));
        Assert.True(!Directory.Exists(folder + "/srv/alice")
            || File.ReadAllText(folder + "/etc/passwd").Contains("alice", StringComparison.Ordinal));
        Assert.True(!Directory.Exists(folder + "/etc/place") || File.Exists(folder + "/etc/place/x"));
    }
}
