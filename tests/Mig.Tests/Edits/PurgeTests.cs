using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Purging;
using Mig.FileSystems;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Formats;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>What is purged is in no version and no pack any more, not even as deleted data; all else is as it was.</summary>
public class PurgeTests
{
    private const string Secret = "-----BEGIN TEST KEY----- 8f3c1a77 this must never have been committed -----END TEST KEY-----\n";

    [Theory]
    [InlineData(true, "-t ext4 -b 4096")]
    [InlineData(false, "-t ext4 -b 4096")]
    [InlineData(false, "-t ext4 -b 1024 -O ^metadata_csum,^64bit")]
    [InlineData(false, "-t ext3 -b 1024")]
    public void AFileGoesOutOfAllVersions(bool byPath, string options)
    {
        using var test = new TestRepository();
        MakeHistory(test, options);
        using Repository repository = test.Open();
        IReadOnlyList<ObjectId> before = Log(repository);
        Assert.True(CountIn(test.Export("out.raw", revision: "with-deleted")) > 0,
            "negative control: the deleted file is still on the disk");
        Assert.True(CountInPacks(test) > 0, "negative control: the second reader finds it");

        PurgeRequest request = byPath
            ? new PurgeRequest { Paths = ["/etc/secret.key"] }
            : new PurgeRequest { Contents = [ObjectId.Of(Encoding.UTF8.GetBytes(Secret))] };
        PurgeReport report = new ContentPurger(repository).Run(request, TestContext.Current.CancellationToken);

        Assert.True(report.Proof!.Holds, string.Join(", ", report.Proof.Found));
        Assert.Empty(report.Unreachable);
        Assert.True(report.ZeroedBytes > 0);
        IReadOnlyList<ObjectId> after = Log(repository);
        Assert.Equal(before.Count, after.Count);
        Assert.Equal(before[^1], after[^1]); // the first version never had it
        Assert.All(before.SkipLast(1).Zip(after.SkipLast(1)), pair => Assert.NotEqual(pair.First, pair.Second));
        string[] map = File.ReadAllLines(report.Map!);
        Assert.All(before.SkipLast(1).Zip(after.SkipLast(1)), pair => Assert.Contains($"commit {pair.First} {pair.Second}", map));
        foreach (string revision in (string[])["main", "main~1", "with-deleted", "v1"])
        {
            string export = test.Export("out.raw", revision: revision);
            Assert.Equal(0, CountIn(export));
            (int exitCode, string output) = Tool.Try("e2fsck", "-fn", export);
            Assert.True(exitCode == 0, $"{revision}: {output}");
        }

        test.AssertClean();
        Assert.Equal(0, CountInPacks(test));
    }

    // Short targets stand in the inode, long ones in a block of their own, names in the directory.
    [Theory]
    [InlineData("-t ext4 -b 4096")]
    [InlineData("-t ext3 -b 1024")]
    public void TargetsOfLinksAndNamesGoFromTheDiskToo(string options)
    {
        byte[] word = "not-for-anybodys-eyes"u8.ToArray();
        using var test = new TestRepository();
        TestDisks.FileSystem(test.Files, "disk", options, "24M");
        test.Commit("disk");
        using Repository repository = test.Open();
        new ImageEditor(repository).Commit(
            new EditRequest { Branch = "HEAD", Message = "links" },
            edit =>
            {
                IFileSystemWriter writer = edit.OpenVolume(edit.Before.Disks[0], edit.Before.Disks[0].Volumes[0]);
                writer.CreateSymbolicLink("/gone-short"u8, word, new NodeMetadata(0x1FF));
                writer.CreateSymbolicLink("/gone-long"u8, [.. Enumerable.Repeat(word, 8).SelectMany(static part => part)],
                    new NodeMetadata(0x1FF));
                writer.CreateDirectory([.. "/gone-"u8, .. word], new NodeMetadata(0x1ED));
            },
            TestContext.Current.CancellationToken);
        Assert.True(File.ReadAllBytes(test.Export("out.raw")).AsSpan().IndexOf(word) >= 0); // the control
        PurgeReport report = new ContentPurger(repository)
            .Run(new PurgeRequest { Paths = ["/gone-*"] }, TestContext.Current.CancellationToken);
        Assert.True(report.IsProved);
        Assert.Equal(3, report.Files.Count);
        string export = test.Export("out.raw");
        Assert.True(File.ReadAllBytes(export).AsSpan().IndexOf(word) < 0);
        Tool.Run("e2fsck", "-fn", export);
    }

    [Fact]
    public void NothingIsProvedOfWhatWasNotLookedInto()
    {
        using var test = new TestRepository();
        TestDisks.FileSystem(test.Files, "disk", "-t ext4 -b 4096 -O ^metadata_csum", "24M");
        test.Commit("disk");
        using Repository repository = test.Open();
        var missing = ObjectId.Of("a content that no file has"u8);
        Assert.True(Purge(new PurgeRequest { Paths = ["/etc/no-such-file"] }).IsProved);
        Assert.Equal([missing], Purge(new PurgeRequest { Contents = [missing] }).UnknownContents);
        Assert.False(Purge(new PurgeRequest { Contents = [missing] }).IsProved);

        Tool.Run("debugfs", "-w", "-R", "ssv feature_incompat 0x80000000", test.Files["disk"]);
        test.Commit("disk");
        PurgeReport report = Purge(new PurgeRequest { Paths = ["/etc/os-release"] });
        Assert.NotEmpty(report.Files); // of the version before
        Assert.Contains("disk", Assert.Single(report.Coverage.Unseen).Sentence, StringComparison.Ordinal);
        Assert.False(report.IsProved);

        PurgeReport Purge(PurgeRequest request) => new ContentPurger(repository).Run(request, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void WhatStaysIsAsItWas()
    {
        using var test = new TestRepository();
        MakeHistory(test, "-t ext4 -b 4096");
        IReadOnlyList<TreeEntry> before = ReadFiles(test.Export("before.raw"));
        using Repository repository = test.Open();
        new ContentPurger(repository).Run(new PurgeRequest { Paths = ["/etc/secret.key"] }, TestContext.Current.CancellationToken);
        IReadOnlyList<TreeEntry> after = ReadFiles(test.Export("after.raw"));
        TreeComparison.AssertEqual([.. before.Where(entry => entry.Path is not ("/etc/secret.key" or "/etc"))],
            [.. after.Where(entry => entry.Path != "/etc")]);
    }

    [Fact]
    public void AContentThatOtherNamesHaveStays()
    {
        using var test = new TestRepository();
        MakeHistory(test, "-t ext4 -b 4096");
        Edit(test, writer => writer.CreateFile("/etc/copy"u8, new NodeMetadata(0x180), Source(Secret)));
        using Repository repository = test.Open();
        PurgeReport report = new ContentPurger(repository)
            .Run(new PurgeRequest { Paths = ["/etc/secret.key"] }, TestContext.Current.CancellationToken);
        Assert.Equal([ObjectId.Of(Encoding.UTF8.GetBytes(Secret))], report.KeptContents);
        Assert.Empty(report.Contents);
    }

    [Fact]
    public void ADryRunChangesNothing()
    {
        using var test = new TestRepository();
        MakeHistory(test, "-t ext4 -b 4096");
        using Repository repository = test.Open();
        IReadOnlyList<ObjectId> before = Log(repository);
        PurgeReport report = new ContentPurger(repository)
            .Run(new PurgeRequest { Paths = ["/etc"], DryRun = true }, TestContext.Current.CancellationToken);
        Assert.NotEmpty(report.Files);
        Assert.Equal(before, Log(repository));
    }

    [Fact]
    public void WhatOldVersionsAreKeptForIsStillThere()
    {
        using var test = new TestRepository();
        MakeHistory(test, "-t ext4 -b 4096");
        using Repository repository = test.Open();
        IReadOnlyList<ObjectId> before = Log(repository);
        PurgeReport report = new ContentPurger(repository).Run(
            new PurgeRequest { Contents = [ObjectId.Of(Encoding.UTF8.GetBytes(Secret))], KeepsOldVersions = true },
                TestContext.Current.CancellationToken);
        Assert.Null(report.Proof);
        Assert.True(CountIn(test.Export("out.raw", revision: before[0].ToString())) > 0);
    }

    // No secret, the secret, something else, the secret deleted with its blocks left, and a tag on the way.
    private static void MakeHistory(TestRepository test, string options)
    {
        string disk = TestDisks.FileSystem(test.Files, "disk", options, "24M");
        test.Commit("disk");
        using (var mount = new LoopMount(disk, "rw"))
        {
            File.WriteAllText(Path.Combine(mount.Path, "etc/secret.key"), Secret);
            File.WriteAllBytes(Path.Combine(mount.Path, "etc/other"), MixedBytes.Make(5000, 3));
        }

        test.Commit("disk");
        using (Repository repository = test.Open())
            new Mig.Versions.Tags.TagEditor(repository).Create("v1", "HEAD", null, force: false);
        Edit(test, writer => writer.CreateDirectory("/etc/new"u8, new NodeMetadata(0x1ED)));
        using (Repository repository = test.Open())
            new Mig.Versions.Branches.BranchEditor(repository).Create("with-deleted", "HEAD", force: false);
        Edit(test, writer => writer.Remove("/etc/secret.key"u8), "with-deleted");
    }

    private static void Edit(TestRepository test, Action<IFileSystemWriter> apply, string branch = "HEAD")
    {
        using Repository repository = test.Open();
        new ImageEditor(repository).Commit(
            new EditRequest { Branch = branch, Message = "an edit" },
            edit => apply(edit.OpenVolume(edit.Before.Disks[0], edit.Before.Disks[0].Volumes[0])),
            TestContext.Current.CancellationToken);
    }

    private static MemorySource Source(string text) => new(Encoding.UTF8.GetBytes(text));

    private static IReadOnlyList<ObjectId> Log(Repository repository) =>
        [.. repository.Walk.Walk([repository.Revisions.ResolveCommit("main")]).Select(commit => commit.Id.Value)];

    private static int CountIn(string file)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(file), secret = Encoding.UTF8.GetBytes(Secret);
        return bytes.Count(secret);
    }

    private static IReadOnlyList<TreeEntry> ReadFiles(string disk)
    {
        using var mount = new LoopMount(disk, "ro");
        return [.. HostTree.Read(mount.Path, 0)];
    }

    // The second reader of the format looks into every object of every pack.
    private static int CountInPacks(TestRepository test) =>
        int.Parse(Tool.Run("python3", FormatDocumentTests.Script, test.Folder, "count", Secret.TrimEnd()), CultureInfo.InvariantCulture);
}
