using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Compare;
using Mig.Versions.Working;
using TreeEntry = Mig.History.Trees.TreeEntry;

namespace Mig.Tests.Versions.Working;

/// <summary>Disks that are not committed are seen as a commit would see them, and nothing is kept of it.</summary>
public sealed class WorkingImageTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [Fact]
    public void TheImageIsTheOneThatACommitMakes()
    {
        List<string> disks = [.. TestDisks.FileSystems.Select((system, i) =>
            TestDisks.FileSystem(_repository.Files, $"disk{i}", system.Options, system.Size))];
        disks.Add(TestDisks.Fragmented(_repository.Files, "pieces"));
        disks.Add(TestDisks.Gpt(_repository.Files, "gpt"));
        foreach (string disk in disks)
        {
            var nothing = new ScratchStore(null);
            using WorkingImage alone = WorkingImage.Read(
                nothing, null, [disk], TestRepository.Context, new WorkingOptions(), TestContext.Current.CancellationToken);
            AssertReadable(nothing, alone.Id);
            ImageId before;
            using (Repository repository = _repository.Open())
            {
                var scratch = new ScratchStore(repository.Store);
                string[] files = Directory.GetFiles(_repository.Folder, "*", SearchOption.AllDirectories);
                using WorkingImage above = WorkingImage.Read(
                    scratch, repository.Folder, [disk], repository.Context, new WorkingOptions(), TestContext.Current.CancellationToken);
                before = above.Id;
                AssertReadable(scratch, above.Id);
                Assert.Equal(files, Directory.GetFiles(_repository.Folder, "*", SearchOption.AllDirectories));
            }

            ImageId committed = _repository.Commit(Path.GetFileName(disk)).Image;
            Assert.Equal(committed, alone.Id);
            Assert.Equal(committed, before);
        }
    }

    [Fact]
    public void WhatDiffersIsWhatDiffFinds()
    {
        (string one, string two) = MakeDisks();
        _repository.Commit("one");
        using Repository repository = _repository.Open();
        foreach ((string[] names, Repository? known) in ((string[], Repository?)[])[
            (["HEAD", two], repository), ([two], repository), ([one, two], null), ([one, two], repository)])
        {
            using ComparedSides sides = new SideChooser(known, TestRepository.Context)
                .Open(names, new WorkingOptions(), TestContext.Current.CancellationToken);
            ImageComparison comparison = sides.Compare([]);
            IEnumerable<string> changed = Assert.Single(comparison.Volumes).Changes.Where(change =>
                (change.Kinds & ChangeKinds.Content) != 0).Select(Name).Order(StringComparer.Ordinal);
            Assert.Equal(DifferingContents(one, two), changed);
            Assert.NotEmpty(sides.CompareDisks(comparison, TestContext.Current.CancellationToken));

            // The lines come from the disk.
            TreeChange release = comparison.Volumes[0].Changes.Single(change => Name(change) == "etc/os-release");
            using ChangedTexts texts = sides.LoadTexts([release], TestContext.Current.CancellationToken);
            Assert.Equal("NAME=test\n"u8, texts.Find(release.Before)!.Value.Span);
            Assert.Equal("NAME=test\nchanged\n"u8, texts.Find(release.After)!.Value.Span);
        }

        using ComparedSides same = new SideChooser(repository, TestRepository.Context)
            .Open(["HEAD", one], new WorkingOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(same.Before, same.After);
        Assert.NotEqual(DifferingContents(one, two), []);
    }

    [Fact]
    public void AQuickLookMissesOnlyWhatHidesBehindTheFileSystem()
    {
        string disk = TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "48M");
        _repository.Commit("disk");
        Assert.Equal((false, true), Status(isQuick: true));
        using (var mount = new LoopMount(disk, "defaults"))
            File.AppendAllText(Path.Combine(mount.Path, "etc/os-release"), "changed\n");
        Assert.Equal((true, true), Status(isQuick: true));
        Assert.Equal((true, false), Status(isQuick: false));

        // Content that changes on the disk alone, not in times: the full look sees it.
        _repository.Commit("disk");
        Tool.Run("debugfs", "-w", "-R", "dump /usr/share/doc/file40.txt " + _repository.Files["copy"], disk);
        byte[] content = File.ReadAllBytes(_repository.Files["copy"]);
        byte[] all = File.ReadAllBytes(disk);
        int at = all.AsSpan().IndexOf(content);
        all[at] ^= 1;
        File.WriteAllBytes(disk, all);
        Assert.Equal((false, true), Status(isQuick: true));
        Assert.Equal((true, false), Status(isQuick: false));
        all[at] ^= 1;
        File.WriteAllBytes(disk, all);
        Assert.Equal((false, false), Status(isQuick: false));

        (bool Differs, bool IsTrusting) Status(bool isQuick)
        {
            using Repository repository = _repository.Open();
            using DiskStatus status = new StatusReader(repository)
                .Read([disk], "HEAD", new WorkingOptions { Quick = isQuick }, TestContext.Current.CancellationToken);
            return (status.Differs, status.TrustedBytes > 0);
        }
    }

    [Fact]
    public void ADiskThatChangesMeanwhileIsNoted()
    {
        string disk = TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "48M");
        var scratch = new ScratchStore(null);
        using WorkingImage working = WorkingImage.Read(
            scratch, null, [disk], TestRepository.Context, new WorkingOptions(), TestContext.Current.CancellationToken);
        AssertReadable(scratch, working.Id);
        File.WriteAllBytes(disk, new byte[new FileInfo(disk).Length]);
        Assert.Contains("was changed while", Assert.Throws<ConflictException>(() => AssertReadable(scratch, working.Id)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TheDiskOfAVersionIsRememberedWhileItIsThere()
    {
        string disk = TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");
        using Repository repository = _repository.Open();
        var chooser = new SideChooser(repository, TestRepository.Context);
        Assert.Equal([disk], chooser.FindDisks());
        using (ComparedSides sides = chooser.Open(["HEAD"], new WorkingOptions(), TestContext.Current.CancellationToken))
            Assert.Equal([disk], sides.DisksAfter!.Paths);
        File.Move(disk, disk + ".moved");
        Assert.Null(chooser.FindDisks());
        using (ComparedSides sides = chooser.Open(["HEAD"], new WorkingOptions(), TestContext.Current.CancellationToken))
            Assert.Null(sides.DisksAfter);
        Assert.Throws<UsageException>(() => chooser.Open([], new WorkingOptions(), TestContext.Current.CancellationToken));
        Assert.Throws<NotFoundException>(() => chooser.Open(["HEAD", disk], new WorkingOptions(), TestContext.Current.CancellationToken));
        Assert.Throws<UsageException>(() => new SideChooser(null, TestRepository.Context)
            .Open([disk + ".moved"], new WorkingOptions(), TestContext.Current.CancellationToken));
    }

    public void Dispose() => _repository.Dispose();

    // Whatever the image names can be read, and each is verified by its id.
    private static void AssertReadable(ScratchStore scratch, ImageId id)
    {
        foreach (ImageDisk disk in MachineImage.Read(scratch, id).Disks)
        {
            List<BlobId> blobs = [.. LayoutReader.ReadPieces(scratch, disk.Layout, disk.Length, new ByteRange(0, disk.Length))
                .Select(piece => piece.Blob)];
            foreach (ImageVolume volume in disk.Volumes.Where(volume => volume.Root is not null))
                Collect(scratch, volume.Root!, blobs);
            int count = 0;
            scratch.ReadBlobs(blobs, 2, (i, bytes) => Interlocked.Increment(ref count), TestContext.Current.CancellationToken);
            Assert.Equal(blobs.Count, count);
            blobs.ForEach(blob => scratch.ReadBlob(blob));
        }
    }

    private static void Collect(ScratchStore scratch, TreeEntry entry, List<BlobId> blobs)
    {
        if (entry.List is { } list)
            blobs.AddRange(ChunkList.ReadChunks(scratch, list).Where(chunk => !chunk.IsHole).Select(chunk => chunk.Blob));
        else if (entry is { Type: TreeEntryType.File, Size: > 0, Sha256: { } sha256 })
            blobs.Add(new BlobId(sha256));
        else if (entry.Type == TreeEntryType.Directory)
            TreeReader.ReadEntries(scratch, entry.Tree).ToList().ForEach(child => Collect(scratch, child, blobs));
    }

    private static string Name(TreeChange change) => System.Text.Encoding.UTF8.GetString(change.Path.Span);

    private static List<string> DifferingContents(string one, string two)
    {
        using var left = new LoopMount(one, "ro");
        using var right = new LoopMount(two, "ro");
        (_, string output) = Tool.Try("diff", "-rq", "--no-dereference", left.Path, right.Path);
        return [.. output.Split('\n').Where(line => line.StartsWith("Files ", StringComparison.Ordinal)).Select(line =>
            line.Split(' ')[1][(left.Path.Length + 1)..]).Where(path => path != "usr/second-name").Order(StringComparer.Ordinal)];
    }

    private (string One, string Two) MakeDisks()
    {
        string one = TestDisks.FileSystem(_repository.Files, "one", "-t ext4 -b 4096", "48M"), two = _repository.Files["two"];
        File.Copy(one, two);
        using var mount = new LoopMount(two, "defaults");
        Tool.Run("bash", "-euc",
            "cd \"$1\"; echo changed >> etc/os-release; rm usr/share/doc/file7.txt; cp usr/share/doc/file9.txt srv-new; printf x | dd "
            + "of=usr/large bs=1 seek=1200000 conv=notrunc status=none; sync -f .", "edit", mount.Path);
        return (one, two);
    }
}
