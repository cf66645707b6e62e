using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>
/// A journal that needs recovery is replayed in memory: what is read is what <c>e2fsck</c> would have recovered on a copy.
/// </summary>
public sealed class ExtJournalTests : IDisposable
{
    // Nothing is written back meanwhile but the journal: fsync commits it. Removed directories are revoked, and their blocks used again by
    // files.
    private const string Script = """
        cd "$1"
        commit() { dd if=/dev/null of=commit conv=fsync,notrunc status=none; sync commit; }
        for i in {1..20}; do mkdir folder$i; for j in {1..30}; do echo "$i $j" > folder$i/a-file-with-a-name-$j; done; done; commit
        rm -r folder1 folder2 folder3; seq 1 20000 > reuses-blocks; commit
        mv folder4 renamed; chmod 700 folder5; setfattr -n user.key -v value folder6; ln -s "$(printf 's%.0s' {1..200})" link; echo more >> kept; commit
        printf '\xc0\x3b\x39\x98escaped' > escaped; seq 1 3000 >> escaped; rm removed; touch -d '2100-01-01' kept-too; commit
        rm -r folder7; mkdir folder7; echo again > folder7/again; seq 1 5000 > reused-again; commit
        """;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Variants => new()
    {
        { "-t ext4 -b 4096", "data=ordered" },
        { "-t ext4 -b 1024", "data=journal" },
        { "-t ext4 -b 4096 -O ^64bit", "data=journal" },
        { "-t ext4 -b 1024 -O ^metadata_csum,^64bit", "journal_checksum" },
        { "-t ext4 -b 4096 -O ^metadata_csum", "data=writeback,journal_async_commit" },
        { "-t ext3 -b 1024", "data=journal" },
        { "-t ext3 -b 4096 -I 128", "data=ordered" },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void AJournalIsReplayedInMemory(string options, string mountOptions)
    {
        // Now and then the kernel has written everything home by the time the disk is copied; then the journal says nothing new, and
        // another disk is needed.
        for (int i = 0; i < 4; i++)
        {
            if (HasReplayThatMatters(options, mountOptions))
                return;
        }

        Assert.Fail("without the journal, four disks had the same tree");
    }

    private bool HasReplayThatMatters(string options, string mountOptions)
    {
        string dirty = MakeDirty(options, mountOptions, Script);
        byte[] before = File.ReadAllBytes(dirty);
        string recovered = _folder.File("recovered");
        File.Copy(dirty, recovered, overwrite: true);
        Tool.Read([0, 1], "e2fsck", "-fy", "-E", "journal_only", recovered);
        IReadOnlyList<TreeEntry> expected;
        using (var mount = new LoopMount(recovered, "ro"))
            expected = HostTree.Read(mount.Path, ExtImages.VisibleAttributes);

        using FileSource volume = FileSource.Open(dirty);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        IReadOnlyList<TreeEntry> actual = VolumeTree.Read(fileSystem, volume, ExtImages.VisibleAttributes);

        TreeComparison.AssertEqual(expected, actual);
        Assert.Contains("replayed", Assert.Single(fileSystem.Info.Notes), StringComparison.Ordinal);
        ExtFreeSpace.AssertNoFileIsFree(fileSystem);
        if (mountOptions.Contains("data=journal", StringComparison.Ordinal))
            Assert.Contains(actual, entry => entry.Type == '-' && HasCopyInJournal(fileSystem, entry));
        Assert.True(before.AsSpan().SequenceEqual(File.ReadAllBytes(dirty)), "the image was written to");

        // Without the journal the same image is another tree, or none.
        Tool.Read("debugfs", "-w", "-R", "feature -needs_recovery", dirty);
        string? difference;
        try
        {
            difference = TreeComparison.FindDifference(expected, VolumeTree.Read(dirty, ExtImages.VisibleAttributes));
        }
        catch (CorruptImageException e)
        {
            difference = e.Message;
        }

        return difference is not null;
    }

    [Fact]
    public void FastCommitsThatWaitAreRefusedByName()
    {
        string dirty = MakeDirty("-t ext4 -b 4096 -O fast_commit", "defaults", "cd \"$1\"; echo one > one; sync; echo two > two; sync two");

        var error = Assert.Throws<UnsupportedFeatureException>(() => VolumeTree.Read(dirty, 0));

        Assert.Equal("ext4 fast_commit", error.Feature);
    }

    [Fact]
    public void FastCommitsThatAWholeCommitFollowedAreNoHindrance()
    {
        string dirty = MakeDirty("-t ext4 -b 4096 -O fast_commit", "defaults",
            "cd \"$1\"; echo one > one; sync one; echo two > two; sync two; setfattr -n user.a -v b two; echo three > three; sync");

        IReadOnlyList<TreeEntry> tree = VolumeTree.Read(dirty, 0);

        Assert.Contains(tree, static entry => entry.Path == "/three" && entry.Size == 6);
    }

    [Fact]
    public void AJournalOnAnotherDeviceIsRefusedByName()
    {
        string journal = _folder.File("journal");
        string image = _folder.File("image");
        ExtImages.Make(journal, "8M", "-b 4096 -O journal_dev");
        string device = Tool.Read("losetup", "-f", "--show", journal).Trim();
        try
        {
            ExtImages.Make(image, "16M", $"-t ext4 -b 4096 -J device={device}");
            Assert.NotNull(VolumeTree.Read(image, 0));
            Tool.Read("debugfs", "-w", "-R", "feature needs_recovery", image);

            Assert.Equal("ext4 external journal", Assert.Throws<UnsupportedFeatureException>(() => VolumeTree.Read(image, 0)).Feature);
            Assert.Equal("ext4 journal_dev", Assert.Throws<UnsupportedFeatureException>(() => VolumeTree.Read(journal, 0)).Feature);
        }
        finally
        {
            Tool.Read("losetup", "-d", device);
        }
    }

    [Theory]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum", "")]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum,^64bit", "")]
    [InlineData("-t ext4 -b 1024", "-c -v 2")]
    [InlineData("-t ext4 -b 1024 -O ^64bit", "-c -v 2")]
    [InlineData("-t ext4 -b 1024", "-c -v 3")]
    [InlineData("-t ext4 -b 1024 -O ^64bit", "-c -v 3")]
    public void EveryKindOfJournalChecksumIsRead(string options, string journalOptions)
    {
        string image = _folder.File("image");
        string content = _folder.File("content");
        string replacement = _folder.File("replacement");
        File.WriteAllText(content, new string('a', 3000));
        byte[] escaped = new byte[1024];
        escaped.AsSpan().Fill((byte)'b');
        new byte[] { 0xC0, 0x3B, 0x39, 0x98 }.CopyTo(escaped, 0);
        File.WriteAllBytes(replacement, escaped);
        ExtImages.Make(image, "16M", options);
        Tool.Read("debugfs", "-w", "-R", $"write {content} file", image);
        string[] blocks = Tool.Read("debugfs", "-R", "blocks /file", image)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string commands = _folder.File("commands");
        // The first block is replaced, the second replaced and revoked, the third revoked and then replaced.
        File.WriteAllText(
            commands,
            $"jo {journalOptions}\njw -b {blocks[0]} {replacement}\njw -b {blocks[1]} {replacement}\njw -r {blocks[1]},{blocks[2]}\njw -b "
            + $"{blocks[2]} {replacement}\njc\n");
        Tool.Read("debugfs", "-w", "-f", commands, image);

        using FileSource volume = FileSource.Open(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        long number = fileSystem.ReadDirectory(fileSystem.RootNode).Single(static entry => entry.Name.Span.SequenceEqual("file"u8)).Node;
        byte[] actual = new byte[3000];
        fileSystem.ReadContent(number, 0, actual);

        byte[] expected = File.ReadAllBytes(content);
        escaped.CopyTo(expected, 0);
        escaped.AsSpan(0, 3000 - 2048).CopyTo(expected.AsSpan(2048));
        Assert.Equal(expected, actual);
        Assert.Equal([(0, false), (1024, true), (2048, false)], fileSystem.GetExtents(number)
            .Select(static extent => (extent.FileOffset, extent.IsOnVolume)));
        Tool.Read([0, 1], "e2fsck", "-fy", "-E", "journal_only", image);
        Tool.Read("debugfs", "-R", $"dump /file {content}", image);
        Assert.Equal(File.ReadAllBytes(content), actual);
    }

    public void Dispose() => _folder.Dispose();

    private static bool HasCopyInJournal(IFileSystem fileSystem, TreeEntry entry)
    {
        long node = fileSystem.RootNode;
        foreach (string part in entry.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            node = fileSystem.ReadDirectory(node).Single(child => TreeEntry.Escape(child.Name.Span) == part).Node;
        return fileSystem.GetExtents(node).Any(static extent => !extent.IsOnVolume);
    }

    /// <summary>Copies an image while it is mounted and in use.</summary>
    private string MakeDirty(string options, string mountOptions, string script)
    {
        string image = _folder.File("image");
        string dirty = _folder.File("dirty");
        ExtImages.Make(image, "64M", options);
        using (var mount = new LoopMount(image, "defaults"))
            Tool.RunScript("cd \"$1\"; echo kept > kept; echo kept > kept-too; echo removed > removed; : > commit", mount.Path);
        using (var mount = new LoopMount(image, mountOptions + ",commit=600"))
        {
            Tool.RunScript(script, mount.Path);
            Tool.Read("cp", "--sparse=always", image, dirty);
        }

        return dirty;
    }
}
