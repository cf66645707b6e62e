using System.Text;
using Mig.Core;
using Mig.Edits;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Store;
using Mig.Testing;
using Mig.Tests.Edits;
using Mig.Tests.Support;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>Random changes on both sides: the disk that a merge makes has exactly the tree that was planned.</summary>
public sealed class RandomMergeTests
{
    private const int Rounds = 3;

    [Theory]
    [InlineData(7, "-t ext4 -b 4096", "24M")]
    [InlineData(8, "-t ext4 -b 1024 -O ^extents,^64bit", "16M")]
    [InlineData(9, "-t ext3 -b 1024", "16M")]
    public void TheDiskHasThePlannedTree(int seed, string options, string size)
    {
        using var test = new TestRepository();
        TestDisks.FileSystem(test.Files, "disk", options, size);
        test.Commit("disk");
        var random = new Random(seed);
        int operations = 0;
        for (int round = 0; round < Rounds; round++)
        {
            using Repository repository = test.Open();
            CommitId origin = repository.Revisions.ResolveCommit("HEAD");
            Edit(repository, $"theirs{round}", random, 12);
            Edit(repository, null, random, 12);
            MergeSide favored = round % 2 == 0 ? MergeSide.Ours : MergeSide.Theirs;
            MergeOutcome outcome = new Merger(repository).Merge(
                new MergeRequest { Revision = $"theirs{round}", Choices = new MergeChoices { Favored = favored } },
                    TestContext.Current.CancellationToken);
            Assert.Equal(MergeKind.Merged, outcome.Kind);
            Assert.True(repository.Walk.IsAncestor(origin, outcome.After));
            foreach (VolumeMerge volume in outcome.Plan!.Volumes)
            {
                operations += volume.Result.Operations.Count;
                var scratch = new ScratchStore(repository.Store);
                TreeEntry planned = TreeEdit.Apply(scratch, scratch, volume.Volume.Root!, volume.Result.Operations);
                TreeEntry made = repository.Objects.ReadImage(repository.Objects.ReadCommit(outcome.After).Image).Disks[0].Volumes[
                    ^1].Root!;
                Assert.Equal([], Differences(scratch, planned, made));
            }

            (int exitCode, string output) = Tool.Try("e2fsck", "-fn", test.Export("out.raw"));
            Assert.True(exitCode == 0, $"{options}, seed {seed}, round {round}: {output}");
        }

        Assert.True(operations > 10, $"{operations} operations");
        test.AssertClean();
    }

    // Which name of a file with several has its entry is the manifest's own choice, and a planned link may name a path that has become one
    // of them. Names follow links, then.
    private static IEnumerable<string> Differences(ScratchStore store, TreeEntry planned, TreeEntry made) =>
        new TreeDiff(store, PathLimits.None) { FollowsLinks = false }.Compare(planned, made)
        .Where(change => change.Kinds != ChangeKinds.HardLink && change.Before?.Type != TreeEntryType.HardLink
            && change.After?.Type != TreeEntryType.HardLink)
        .Select(change => $"{Encoding.UTF8.GetString(change.Path.Span)} {change.Kinds}");

    private static void Edit(Repository repository, string? branch, Random random, int count)
    {
        var edits = new RandomEdits(random);
        new ImageEditor(repository).Commit(
            new EditRequest { Message = "an edit", NewBranch = branch, AllowEmpty = true },
            edit =>
            {
                ImageDisk disk = edit.Before.Disks[0];
                edits.Make(edit.OpenVolume(disk, disk.Volumes[^1]), count);
            },
            TestContext.Current.CancellationToken);
    }
}
