using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>
/// File systems that were in use: their journal is replayed, and what was half done is finished, as the kernel does both when it mounts.
/// </summary>
public sealed class ExtWriterJournalTests : IDisposable
{
    // The file is open while its name goes, so that the inode waits to be deleted; what is written after that is in the journal only.
    private const string Script = """
        cd "$1"; for i in {1..40}; do echo $i > file$i; done; mkdir folder; seq 1 20000 > orphan; ln -s "$(printf 'x%.0s' {1..200})" link; sync
        exec 5< orphan; rm orphan file1 file2; echo new > folder/new; mv file3 folder; setfattr -n user.a -v b file4; sync; sync -f .
        cp --sparse=always "$2" "$3"
        """;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("-t ext4 -b 4096")]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum,^64bit")]
    [InlineData("-t ext4 -b 4096 -O orphan_file")]
    [InlineData("-t ext4 -b 1024 -O orphan_file,^metadata_csum")]
    [InlineData("-t ext3 -b 1024")]
    public void TheJournalIsReplayedAndOrphansGo(string options)
    {
        string image = _folder.File("image");
        string used = _folder.File("used");
        ExtImages.Make(image, "16M", options);
        using (var mount = new LoopMount(image, "data=ordered"))
            Tool.RunScript(Script, mount.Path, image, used);
        Assert.Contains("needs_recovery", Tool.Read("dumpe2fs", "-h", used), StringComparison.Ordinal);
        string recovered = _folder.File("recovered");
        Tool.Read("cp", used, recovered);
        Tool.Read([0, 1], "e2fsck", "-fy", recovered);
        IReadOnlyList<TreeEntry> expected = VolumeTree.Read(recovered, ExtImages.VisibleAttributes);

        using var writer = new WriterImage(used);
        writer.Writer.CreateFile("/added"u8, WriterImage.Metadata, new MemorySource("hello"u8.ToArray()));
        IReadOnlyList<TreeEntry> seen = writer.CommitAndJudge();

        TreeComparison.AssertEqual(expected, [.. seen.Where(static entry => entry.Path != "/added")]);
        Assert.DoesNotContain("needs_recovery", Tool.Read("dumpe2fs", "-h", used), StringComparison.Ordinal);
        Assert.Equal(FreeBlocks(recovered), FreeBlocks(used) + 1);

        // The kernel goes on with the journal as it is.
        using (var mount = new LoopMount(used, "defaults"))
            Tool.RunScript("cd \"$1\"; for i in {1..30}; do echo $i > again$i; sync -f .; done", mount.Path);
        Assert.Null(ExtImages.FindComplaint(used));
    }

    [Fact]
    public void ACleanJournalStaysAsItIs()
    {
        string path = _folder.File("image");
        ExtImages.Make(path, "16M", "-t ext4 -b 4096");
        using (var mount = new LoopMount(path, "defaults"))
            Tool.RunScript("cd \"$1\"; for i in {1..30}; do echo $i > file$i; done", mount.Path);
        string before = Tool.Read("debugfs", "-R", "logdump -a", path) + Tool.Read("debugfs", "-R", "cat <8>", path)
            .GetHashCode(StringComparison.Ordinal);

        using var image = new WriterImage(path);
        image.Writer.Remove("/file7"u8);
        image.Writer.Commit();

        Assert.Equal(before, Tool.Read("debugfs", "-R", "logdump -a", path) + Tool.Read("debugfs", "-R", "cat <8>", path)
            .GetHashCode(StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private static long FreeBlocks(string image)
    {
        string line = Tool.Read("dumpe2fs", "-h", image).Split('\n')
            .Single(static line => line.StartsWith("Free blocks:", StringComparison.Ordinal));
        return long.Parse(line["Free blocks:".Length..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
