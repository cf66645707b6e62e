using Mig.Core;
using Mig.Edits;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>
/// What an edit says of a disk is what a commit of that disk finds, and the disk is one that e2fsck and the kernel accept.
/// </summary>
public class ImageEditTests
{
    private const int Rounds = 4;
    private const int StepsPerRound = 25;

    public static TheoryData<int> FileSystems => [.. Enumerable.Range(0, TestDisks.FileSystems.Length)];

    [Theory]
    [MemberData(nameof(FileSystems))]
    public void RandomEditsAreWhatACommitOfTheDiskFinds(int index)
    {
        using var test = new TestRepository();
        (string options, string size) = TestDisks.FileSystems[index];
        TestDisks.FileSystem(test.Files, "disk", options, size);
        test.Commit("disk");
        var edits = new RandomEdits(new Random(4200 + index));
        for (int round = 0; round < Rounds; round++)
        {
            Edit(test, writer => edits.Make(writer, StepsPerRound));
            string disk = test.Export("out.raw");
            (int exitCode, string output) = Tool.Try("e2fsck", "-fn", disk);
            Assert.True(exitCode == 0, $"{options}, round {round}: {output}");
            FreshCommit.AssertFindsTheSame(test, disk, $"{options}, round {round}");
        }

        Assert.True(edits.Done > Rounds * StepsPerRound / 3, $"{options}: {edits.Done} changes made, {edits.Refused} refused");
        test.AssertClean();
    }

    [Fact]
    public void WhatComesOutCommitsAsUnchanged()
    {
        using var test = new TestRepository();
        TestDisks.Gpt(test.Files, "disk");
        test.Commit("disk");
        EditResult result = Edit(test, writer =>
            writer.CreateFile("/etc/hostname"u8, new NodeMetadata(0x1A4), new MemorySource("web1\n"u8.ToArray())));
        Assert.NotNull(result.Id);
        test.Export("out.raw");
        Assert.Null(test.Commit("out.raw").Id);
    }

    [Fact]
    public void NothingChangedIsNoCommit()
    {
        using var test = new TestRepository();
        TestDisks.FileSystem(test.Files, "disk", "-t ext4 -b 4096", "24M");
        test.Commit("disk");
        EditResult result = Edit(test, _ => { });
        Assert.Null(result.Id);
    }

    [Fact]
    public void AnEditThatFailsChangesNothing()
    {
        using var test = new TestRepository();
        TestDisks.FileSystem(test.Files, "disk", "-t ext4 -b 4096", "24M");
        test.Commit("disk");
        using (Repository repository = test.Open())
        {
            ObjectId? before = repository.Refs.ReadHead().Id;
            Assert.Throws<RefusedOperationException>(() => Edit(test, writer =>
            {
                writer.CreateDirectory("/new"u8, new NodeMetadata(0x1ED));
                writer.CreateDirectory("/new"u8, new NodeMetadata(0x1ED));
            }));
            Assert.Equal(before, repository.Refs.ReadHead().Id);
        }

        test.AssertClean();
        Judge.AssertSame(test.Files["disk"], test.Export("out.raw"));
    }

    private static EditResult Edit(TestRepository test, Action<IFileSystemWriter> apply)
    {
        using Repository repository = test.Open();
        return new ImageEditor(repository).Commit(new EditRequest { Message = "an edit" }, edit =>
        {
            ImageDisk disk = edit.Before.Disks[0];
            apply(edit.OpenVolume(disk, disk.Volumes[^1]));
        }, TestContext.Current.CancellationToken);
    }
}
