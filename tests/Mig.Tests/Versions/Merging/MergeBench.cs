using Mig.Core;
using Mig.Machines.Merging;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Branches;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>A repository with branches whose disks the kernel has changed.</summary>
internal sealed class MergeBench : IDisposable
{
    public TestRepository Test { get; } = new();

    /// <summary>Makes the first version, on <c>main</c>: an ext4 with the sample files.</summary>
    public void Begin(Action<string> change, string options = "-t ext4 -b 4096")
    {
        TestDisks.FileSystem(Test.Files, "base", options, "24M");
        Change("base", "base", change);
        Test.Commit("base");
        Do(repository => new BranchEditor(repository).Create("origin", "HEAD", force: false));
    }

    /// <summary>Copies a disk and lets the kernel change the copy.</summary>
    public void Change(string from, string to, Action<string> change)
    {
        if (from != to)
            Tool.Run("cp", "--sparse=always", Test.Files[from], Test.Files[to]);
        using var mount = new LoopMount(Test.Files[to], "rw");
        change(mount.Path);
    }

    /// <summary>Changes a disk, and commits it on a branch that begins where another one is.</summary>
    public void Commit(string branch, string start, string from, Action<string> change)
    {
        string disk = branch.Replace('/', '-');
        Change(from, disk, change);
        Do(repository =>
        {
            if (repository.Refs.Resolve(History.Refs.RefName.Branch(branch)) is null)
                new BranchEditor(repository).Create(branch, start, force: false);
            new HeadMover(repository).SwitchTo(branch);
        });
        Test.Commit(disk);
    }

    public void SwitchTo(string branch) => Do(repository => new HeadMover(repository).SwitchTo(branch));

    public MergeOutcome Merge(string revision, MergeChoices? choices = null, bool isDryRun = false)
    {
        using Repository repository = Test.Open();
        return new Merger(repository).Merge(
            new MergeRequest { Revision = revision, Choices = choices ?? MergeChoices.None, DryRun = isDryRun },
            TestContext.Current.CancellationToken);
    }

    public IReadOnlyList<RebasedBranch> Rebase(RebaseRequest request)
    {
        using Repository repository = Test.Open();
        return new Rebaser(repository).Rebase(request, TestContext.Current.CancellationToken);
    }

    public void Do(Action<Repository> action)
    {
        using Repository repository = Test.Open();
        action(repository);
    }

    public ObjectId? Tip(string branch)
    {
        using Repository repository = Test.Open();
        return repository.Refs.Resolve(History.Refs.RefName.Branch(branch));
    }

    /// <summary>Exports a version, lets e2fsck look at it, and the kernel.</summary>
    public void Look(string revision, Action<string> look)
    {
        string disk = Test.Export("look.raw", revision: revision);
        (int exitCode, string output) = Tool.Try("e2fsck", "-fn", disk);
        Assert.True(exitCode == 0, output);
        using (var mount = new LoopMount(disk, "ro"))
            look(mount.Path);

        // The commit of a disk reads everything anew: the manifest says what is on it.
        using var other = new TestRepository();
        File.Copy(disk, other.Files["disk"]);
        other.Commit("disk");
        using Repository left = Test.Open(), right = other.Open();
        Assert.Equal(Root(right, "HEAD"), Root(left, revision));
    }

    public void Dispose() => Test.Dispose();

    private static TreeId Root(Repository repository, string revision) =>
        repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision)).Disks[0].Volumes[^1].Root!.Tree;
}
