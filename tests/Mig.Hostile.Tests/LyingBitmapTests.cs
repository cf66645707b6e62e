using System.Globalization;
using System.Text.RegularExpressions;
using Mig.Images.Ingest;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Hostile.Tests;

/// <summary>
/// Volumes of ext whose bitmaps call free what is in use: nothing of it is left out, overwritten or given away, and mig says so.
/// </summary>
public sealed class LyingBitmapTests : IDisposable
{
    private readonly TestRepository _repository = new();

    /// <summary>
    /// How the volume is made, a block that is in use (a command of debugfs, or a line of dumpe2fs or of debugfs' <c>stat</c>), and what
    /// lies there.
    /// </summary>
    public static TheoryData<string, string, string> Uses => new()
    {
        { "-t ext4 -O ^has_journal", "bmap d 0", "directory" },
        { "-t ext4 -O ^has_journal", "bmap g 0", "content" },
        { "-t ext4", "bmap many 3", "directory" },
        { "-t ext4 -O ^has_journal,^metadata_csum", "bmap g 150", "content" },
        { "-t ext2", @"stat g: \(IND\):(\d+)", "block map" },
        { "-t ext2", @"stat g: \(DIND\):(\d+)", "block map" },
        { "-t ext3", @"stat many: \(IND\):(\d+)", "block map" },
        { "-t ext4", @"stat pieces: \(ETB0\):(\d+)", "block map" },
        { "-t ext4", @"stat d: File ACL: (\d+)", "extended attributes" },
        { "-t ext4 -O ea_inode", "bmap <VALUE> 0", "content" },
        { "-t ext4", "bmap <8> 5", "content" },
        { "-t ext4", "Inode table at", "metadata" },
        { "-t ext4", "Block bitmap at", "metadata" },
        { "-t ext2 -O ^resize_inode", "Inode bitmap at", "metadata" },
        { "-t ext4 -O quota", "bmap <3> 0", "content" },
        { "-t ext4 -O orphan_file", "bmap <ORPHANS> 0", "content" },
        { "-t ext2 -O resize_inode", @"stat <7>: \(DIND\):(\d+)", "block map" },
    };

    public static TheoryData<string, string> Sound
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach ((string options, string size) in TestDisks.FileSystems)
                data.Add(options, size);
            return data;
        }
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_bitmap_that_lies_costs_nothing()
    {
        string disk = Make("-t ext4 -O ^has_journal");
        string directory = Debug(disk, "ls d"), file = Dump(disk, "g");
        Free(disk, Debug(disk, "bmap d 0"));
        Free(disk, Debug(disk, "bmap g 0") + " 10");
        string output = Run(0, "commit", "--discard-free", disk, "-m", "a version");
        Assert.Contains("none of its free space is trusted", output, StringComparison.Ordinal);
        Assert.DoesNotContain("left out", output, StringComparison.Ordinal);
        string export = _repository.Export("out");
        Assert.Equal(directory, Debug(export, "ls d"));
        Assert.Equal(file, Dump(export, "g"));
        Judge.AssertSame(disk, export);

        // It ends with 6, as no volume has a system that could be sealed.
        Assert.Contains("is left as it is", Run(6, "seal", "--enable", "free-space", "main"), StringComparison.Ordinal);
        Judge.AssertSame(disk, _repository.Export("sealed"));
        Assert.Contains("\"freeSpaceDoubt\":\"the ", Run(0, "commit", "--json", "--allow-empty", disk, "-m", "again"),
            StringComparison.Ordinal);
        Assert.Contains("none of its free space is trusted", Run(0, "status", disk), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Whatever_is_in_use_is_not_free(string options, string place, string what)
    {
        string disk = Make(options);
        Assert.Equal(0, Tool.Try("e2fsck", "-fn", disk).ExitCode);
        Assert.Equal("", Commit(disk).FreeSpaceDoubt);
        Free(disk, FindBlock(disk, place));
        Assert.NotEqual(0, Tool.Try("e2fsck", "-fn", disk).ExitCode);
        Assert.Contains(" are said to be free, and " + what, Commit(disk).FreeSpaceDoubt, StringComparison.Ordinal);
        Judge.AssertSame(disk, _repository.Export("out"));
    }

    [Theory]
    [MemberData(nameof(Sound))]
    public void Sound_volumes_are_trusted(string options, string size)
    {
        string disk = TestDisks.FileSystem(_repository.Files, "disk", options, size);
        Assert.Equal("", Commit(disk).FreeSpaceDoubt);
    }

    [Fact]
    public void Deleted_data_of_a_sound_volume_is_left_out()
    {
        string disk = Make("-t ext4");
        Tool.Run("debugfs", "-w", "-R", "rm alone", disk);
        CommitResult result = _repository.Commit(new CommitRequest { Disks = [disk], Message = "a version", DiscardFree = true });
        Assert.True(result.Disks[0].DiscardedBytes >= 100_000);
        Assert.NotEqual(0, Judge.Compare(disk, _repository.Export("out")).ExitCode);
    }

    [Fact]
    public void A_wrong_checksum_of_a_bitmap_hides_no_file()
    {
        string disk = Make("-t ext4 -O metadata_csum");
        using (FileStream file = File.OpenWrite(disk))
        {
            file.Position = (long.Parse(FindBlock(disk, "Block bitmap at"), CultureInfo.InvariantCulture) * 1024) + 1000;
            file.WriteByte(0xFE);
        }

        VolumeReport volume = Commit(disk);
        Assert.StartsWith("EXT4-080", volume.FreeSpaceDoubt, StringComparison.Ordinal);
        Assert.True(volume.Files > 4);
        Judge.AssertSame(disk, _repository.Export("out"));
    }

    [Fact]
    public void An_edit_or_a_purge_overwrites_nothing_that_is_in_use()
    {
        // As many blocks are called used as are called free, so that all counts fit.
        string disk = Make("-t ext4 -O ^has_journal,^metadata_csum");
        string free = Regex.Match(Debug(disk, "ffb 10"), @"\d+").Value;
        Free(disk, Debug(disk, "bmap g 0") + " 10");
        Tool.Run("debugfs", "-w", "-R", $"setb {free} 10", disk);
        Commit(disk);
        foreach (string[] arguments in new string[][] { ["put", disk + ".source", "HEAD:/new"], ["rm", "HEAD:/alone"],
            ["purge", "--path", "/alone"] })
        {
            string output = Run(3, arguments);
            Assert.Contains("are said to be free, and content of node", output, StringComparison.Ordinal);
            Assert.Contains("e2fsck", output, StringComparison.Ordinal);
        }

        Judge.AssertSame(disk, _repository.Export("out"));
    }

    // The next new file would be given the inode of one that is there.
    [Fact]
    public void No_edit_takes_an_inode_that_is_in_use()
    {
        string disk = Make("-t ext4 -O ^has_journal,^metadata_csum");
        string inode = Regex.Match(Debug(disk, "stat alone"), @"Inode: (\d+)").Groups[1].Value;
        Tool.Run("debugfs", "-w", "-R", $"freei <{inode}>", disk);
        Tool.Run("debugfs", "-w", "-R", "seti <1000>", disk); // so that all counts fit
        Commit(disk);
        string output = Run(3, "put", disk + ".value", "HEAD:/new");
        Assert.Contains($"inode {inode} is said to be free, and has a name", output, StringComparison.Ordinal);
        Assert.Contains("e2fsck", output, StringComparison.Ordinal);
        Judge.AssertSame(disk, _repository.Export("out"));
    }

    [Fact]
    public void A_sound_volume_is_looked_at_once()
    {
        string disk = Make("-t ext4 -O ^has_journal");
        Commit(disk);
        string cache = Path.Combine(_repository.Folder, "cache/free");
        string committed = Assert.Single(Directory.GetFiles(cache));
        Run(0, "put", disk + ".value", "HEAD:/new");
        string edited = Assert.Single(Directory.GetFiles(cache), file => file != committed);

        // What was not written here is not believed, and found out again.
        byte[] note = File.ReadAllBytes(edited);
        File.WriteAllText(edited, "0");
        Run(0, "put", disk + ".value", "HEAD:/newer");
        Assert.Equal(note, File.ReadAllBytes(edited));
        Assert.Equal(0, Tool.Try("e2fsck", "-fn", _repository.Export("out")).ExitCode);
    }

    // Directories of one block and of many, contents in many blocks and in many pieces, attributes in a block and in an inode of their own.
    private string Make(string options)
    {
        string disk = _repository.Files["disk"], source = disk + ".source", value = disk + ".value";
        File.WriteAllBytes(source, Noise(400_000));
        File.WriteAllBytes(value, Noise(options.Contains("ea_inode", StringComparison.Ordinal) ? 3000 : 600));
        Tool.Run("mke2fs", ["-q", "-F", "-b", "1024", .. options.Split(' '), disk, "16M"]);
        var commands = new List<string> { "mkdir d", "mkdir many", $"write {source} d/f", $"write {source} g", $"write {source} alone",
            $"write {source} pieces", $"write {value} big" };
        commands.AddRange(new[] { "big", "d" }.Select(name => $"ea_set -f {value} {name} user.big"));
        commands.AddRange(Enumerable.Repeat("expand_dir many", 30));
        commands.AddRange(Enumerable.Range(0, 500).Select(i => $"ln g many/a-name-that-takes-quite-some-room-{i:d3}"));
        commands.Add("sif g links_count 501");
        if (options.Contains("ext4", StringComparison.Ordinal))
            // more extents than an inode holds
            commands.AddRange(Enumerable.Range(0, 40).Select(i => $"punch pieces {(2 * i) + 1} {(2 * i) + 1}"));
        Tool.Run("debugfs", "-w", "-f", _repository.Files.Write("commands", string.Join('\n', commands) + "\n"), disk);
        (int exitCode, string output) = Tool.Try("e2fsck", "-fyD", disk);
        Assert.True(exitCode is 0 or 1, output);
        return disk;
    }

    private static byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static string FindBlock(string disk, string place)
    {
        if (place.StartsWith("stat ", StringComparison.Ordinal))
        {
            string[] parts = place.Split(": ", 2);
            return Regex.Match(Debug(disk, parts[0]), parts[1]).Groups[1].Value;
        }

        if (!place.StartsWith("bmap ", StringComparison.Ordinal))
            return Regex.Match(Tool.Run("dumpe2fs", disk), place + @" (\d+)", RegexOptions.IgnoreCase).Groups[1].Value;
        string orphans = Regex.Match(Tool.Run("dumpe2fs", "-h", disk), @"Orphan file inode:\s+(\d+)").Groups[1].Value;
        if (place.Contains("VALUE", StringComparison.Ordinal))
        {
            int value = Enumerable.Range(11, 60)
                .First(inode => Debug(disk, $"stat <{inode}>").Contains("Flags: 0x280000", StringComparison.Ordinal));
            place = place.Replace("VALUE", value.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        return Debug(disk, place.Replace("ORPHANS", orphans, StringComparison.Ordinal));
    }

    private static string Debug(string disk, string command) =>
        string.Join('\n', Tool.Run("debugfs", "-R", command, disk).Split('\n')
            .Where(line => !line.StartsWith("debugfs ", StringComparison.Ordinal))).Trim();

    private static string Dump(string disk, string file)
    {
        Debug(disk, $"dump {file} {disk}.dump");
        return Judge.Sha256(disk + ".dump");
    }

    private static void Free(string disk, string blocks)
    {
        Assert.Matches(@"^\d+( \d+)?$", blocks);
        Tool.Run("debugfs", "-w", "-R", "freeb " + blocks, disk);
    }

    private VolumeReport Commit(string disk)
    {
        CommitResult result = _repository.Commit(
            new CommitRequest { Disks = [disk], Message = "a version", DiscardFree = true, AllowEmpty = true });
        VolumeReport volume = Assert.Single(result.Disks[0].Volumes);
        Assert.Equal("", volume.Reason);
        if (volume.FreeSpaceDoubt.Length > 0)
            Assert.Equal((0, 0), (result.Disks[0].DiscardedBytes, result.Disks[0].DeletedBytes));
        return volume;
    }

    private string Run(int exitCode, params string[] arguments)
    {
        (int code, string output) = MigProgram.Finish(MigProgram.Start([], ["--repo", _repository.Folder, .. arguments]));
        Assert.True(code == exitCode, $"{code}: {output}");
        return output;
    }
}
