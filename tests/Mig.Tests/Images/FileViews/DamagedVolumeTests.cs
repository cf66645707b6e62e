using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mig.Care.Checks;
using Mig.Core;
using Mig.Edits;
using Mig.FileSystems;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Images.Ingest;
using Mig.Machines.Coverage;
using Mig.Testing;
using Mig.Tests.Support;
using LoopMount = Mig.Testing.FileSystems.LoopMount;

namespace Mig.Tests.Images.FileViews;

/// <summary>
/// A damaged file, directory or attribute costs itself: the rest of the volume is read as the kernel reads it, and what could not be read
/// is named.
/// </summary>
public sealed class DamagedVolumeTests : IDisposable
{
    private const string Plain = "-t ext4 -b 1024 -O ^metadata_csum,^has_journal";
    private const string Checksummed = "-t ext4 -b 1024 -O metadata_csum,^has_journal";

    private readonly TestRepository _repository = new();

    /// <summary>How the volume is made, the commands of debugfs that damage it, and what cannot be read afterwards.</summary>
    public static TheoryData<string, string, string> Damages => new()
    {
        { Plain, "punch many 1 1", "/many" },
        { Plain, "sif usr/share/doc/file3.txt links_count 0", "/usr/share/doc/file3.txt" },
        { Plain, "sif usr/share/doc/file3.txt mode 0", "/usr/share/doc/file3.txt" },
        { Plain, "sif etc/link size 0", "/etc/link" },
        { Plain, "sif etc/link size 5", "/etc/link" },
        { Plain, "sif usr/exact block[5] 99999999", "/usr/exact" },
        { Plain, "sif usr/share block[5] 99999999", "/usr/share" },
        { Plain, "sif usr/share/doc/file4.txt extra_isize 30000", "/usr/share/doc/file4.txt" },
        { Plain, "sif usr/exact flags 0x40080000", "/usr/exact" },
        { Plain, "sif usr/exact file_acl 99999999", "/usr/exact" },
        { Plain, "sif usr/exact file_acl 2", "/usr/exact" },
        { Plain, "link usr/share/doc etc/again", "/usr/share/doc" },
        { Plain, "link etc etc/inner", "/etc/inner" },
        { Plain, "link <8> etc/journal", "/etc/journal" },
        { "-t ext2 -b 1024 -O ^resize_inode", "sif usr/exact block[2] 7", "/usr/exact" },
        { "-t ext2 -b 1024", "sif usr/share/doc/file1.txt block[5] 99999999", "/usr/share/doc/file1.txt" },
        { "-t ext2 -b 1024 -O ^resize_inode", "sif usr/share/doc/file1.txt block[3] 7", "/usr/share/doc/file1.txt" },
        { "-t ext2 -b 1024", "sif usr/large block[IND] 99999999", "/usr/large" },
        { "-t ext2 -b 1024", "sif many block[1] 0", "/many" },
        { Checksummed, "zap_block -f many -o 100 -l 4 -p 0x41 1", "/many" },
        { Checksummed, "zap_block -f usr/share/doc 0", "/usr/share/doc" },
    };

    public void Dispose() => _repository.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damage_costs_itself(string options, string damage, string unread)
    {
        string disk = Make(options);
        Apply(disk, damage);
        VolumeReport volume = Commit(disk);
        Assert.Equal([unread], volume.Unread.Select(UnreadSentence.PathOf).Distinct());
        AssertAsTheKernel(disk, [unread]);
        Assert.NotEqual("", volume.FreeSpaceDoubt);
        _repository.AssertClean();
    }

    [Fact]
    public void A_hole_in_a_directory_costs_the_names_in_it()
    {
        // The example of the issue: 36 names stay of a directory of three blocks.
        string disk = Make(Plain);
        int all = Names(disk, "many");
        Tool.Run("debugfs", "-w", "-R", "punch many 1 1", disk);
        UnreadPath unread = Assert.Single(Commit(disk).Unread);
        Assert.Contains("EXT4-060", unread.Reason, StringComparison.Ordinal);
        int left = List().Keys.Count(path => path.StartsWith("/many/", StringComparison.Ordinal));
        Assert.InRange(left, 1, all - 1);
        Assert.Equal(Names(disk, "many"), left);
    }

    [Theory]
    [InlineData(Plain, "sif etc/link flags 0x10", "/etc/link")]
    [InlineData(Plain, "sif usr/exact flags 0x280000", "/usr/exact")]
    [InlineData(Checksummed, "feature ^dir_index", "/many")]
    public void What_only_the_kernel_refuses_is_not_shown(string options, string damage, string path)
    {
        // e2fsck has nothing to say of the first two.
        string disk = Make(options);
        Tool.Run("debugfs", "-w", "-R", damage, disk);
        string[] unread = [.. Commit(disk).Unread.Select(UnreadSentence.PathOf)];
        Assert.Contains(path, unread);
        Dictionary<string, TreeEntry> shown = List();
        using (var mount = new LoopMount(disk, "ro,errors=continue"))
        {
            Assert.All(unread, name => Assert.NotEqual(0, Tool.Try("stat", mount.Path + name).ExitCode));
            Assert.All(shown.Keys.Where(name => name != "/"), name => Assert.Equal(0, Tool.Try("stat", mount.Path + name).ExitCode));
        }

        Assert.DoesNotContain(path, shown.Keys);
        _repository.AssertClean();
    }

    [Fact]
    public void An_inode_with_a_wrong_checksum_costs_its_file()
    {
        string disk = Make(Checksummed);
        byte[] bytes = File.ReadAllBytes(disk);
        bytes[Inode(disk, bytes, "usr/exact") + 4] ^= 1;
        File.WriteAllBytes(disk, bytes);
        UnreadPath unread = Assert.Single(Commit(disk).Unread);
        Assert.Equal("/usr/exact", UnreadSentence.PathOf(unread));
        Assert.Contains("EXT4-031", unread.Reason, StringComparison.Ordinal);
        AssertAsTheKernel(disk, ["/usr/exact"]);
    }

    [Fact]
    public void An_attribute_whose_value_overlaps_the_names_costs_the_attributes()
    {
        string disk = Make(Plain);
        Tool.Run("debugfs", "-w", "-R", "ea_set usr/exact user.a one", disk);
        Tool.Run("debugfs", "-w", "-R", "ea_set usr/above user.a two", disk);
        byte[] bytes = File.ReadAllBytes(disk);
        int at = Inode(disk, bytes, "usr/exact") + 128 + 32 + 4;
        Assert.Equal((byte)'a', bytes[at + 16]);
        bytes[at + 2] = 8; // the value now begins within the entry
        File.WriteAllBytes(disk, bytes);
        UnreadPath unread = Assert.Single(Commit(disk).Unread);
        Assert.Equal("/usr/exact", UnreadSentence.PathOf(unread));
        Assert.Contains("EXT4-073", unread.Reason, StringComparison.Ordinal);

        // The content is there; the kernel shows neither file's attributes otherwise.
        Dictionary<string, TreeEntry> files = List();
        Assert.Equal(Judge.Sha256(Path.Combine(TestDisks.Sources(_repository.Files), "usr/exact")), files["/usr/exact"].Sha256.ToString());
        Assert.Empty(files["/usr/exact"].Xattrs);
        Assert.Single(files["/usr/above"].Xattrs);
    }

    [Fact]
    public void A_volume_that_was_cut_short_is_read_as_far_as_it_is_there()
    {
        string disk = Make(Plain), whole = disk + ".whole";
        Tool.Run("debugfs", "-w", "-R", $"write {Path.Combine(TestDisks.Sources(_repository.Files), "usr/large")} last", disk);
        File.Copy(disk, whole);
        long last = long.Parse(Debug(disk, "bmap last 2000"), CultureInfo.InvariantCulture) * 1024;
        using (FileStream file = File.OpenWrite(disk))
            file.SetLength(last);
        VolumeReport volume = Commit(disk);
        Assert.Contains(volume.Unread, unread => unread.Path.IsEmpty && unread.Reason.StartsWith("EXT4-011", StringComparison.Ordinal));
        Assert.Contains(volume.Unread, unread => UnreadSentence.PathOf(unread) == "/last");
        AssertAsTheKernel(whole, [.. volume.Unread.Where(unread => !unread.Path.IsEmpty).Select(UnreadSentence.PathOf)]);
    }

    [Fact]
    public void A_descriptor_with_a_wrong_checksum_hides_nothing()
    {
        string disk = Make("-t ext4 -b 1024 -O metadata_csum");
        Tool.Run("debugfs", "-w", "-R", "set_bg 0 checksum 1", disk);
        UnreadPath unread = Assert.Single(Commit(disk).Unread);
        Assert.Equal("/", UnreadSentence.PathOf(unread));
        Assert.Contains("EXT4-020", unread.Reason, StringComparison.Ordinal);
        AssertAsTheKernel(disk, []);
    }

    [Theory]
    [InlineData("-t ext3 -b 1024", "sif <8> block[0] 99999999", "EXT4-050")]
    [InlineData("-t ext3 -b 1024", "clri <8>", "EXT4-032")]
    [InlineData(Plain, "ssv want_extra_isize 1024", "EXT4-019")]
    [InlineData(Plain, "set_bg 0 inode_bitmap 2", "EXT4-024")]
    [InlineData(Plain, "set_bg 0 block_bitmap 99999999", "EXT4-021")]
    [InlineData(Plain, "set_bg 0 inode_bitmap 0", "EXT4-022")]
    public void What_the_kernel_does_not_mount_says_so(string options, string damage, string code)
    {
        string disk = Make(options);
        Tool.Run("debugfs", "-w", "-R", damage, disk);
        Assert.NotEqual(0, Tool.Try("mount", "-o", "loop,ro,noload", disk, Directory.CreateDirectory(disk + ".mount").FullName).ExitCode);
        Assert.Contains(Commit(disk).Unread, unread =>
            UnreadSentence.PathOf(unread) == "/" && unread.Reason.StartsWith(code, StringComparison.Ordinal));

        // debugfs reads it, and so does mig.
        Assert.Equal(Judge.Sha256(Path.Combine(TestDisks.Sources(_repository.Files), "usr/exact")), List()["/usr/exact"].Sha256.ToString());
    }

    [Fact]
    public void A_journal_that_cannot_be_replayed_hides_nothing()
    {
        string disk = Make("-t ext3 -b 1024");
        Tool.Run("debugfs", "-w", "-R", "feature needs_recovery", disk);
        Tool.Run("debugfs", "-w", "-R", "zap_block -f <8> 0", disk);
        UnreadPath unread = Assert.Single(Commit(disk).Unread);
        Assert.Equal("/", UnreadSentence.PathOf(unread));
        Assert.Contains("EXT4-091", unread.Reason, StringComparison.Ordinal);
        AssertAsTheKernel(disk, [], "ro,noload,errors=continue");
    }

    [Fact]
    public void Files_that_share_bytes_are_both_there()
    {
        string disk = Make("-t ext2 -b 1024");
        Tool.Run("debugfs", "-w", "-R", $"sif usr/exact block[2] {Debug(disk, "bmap usr/large 3")}", disk);
        Assert.Empty(Commit(disk).Unread);
        AssertAsTheKernel(disk, []);
        _repository.AssertClean();
    }

    [Fact]
    public void Many_files_that_share_bytes_do_not_multiply_them()
    {
        string disk = Make("-t ext2 -b 1024 -N 1024");
        string[] pointers = [.. Enumerable.Range(0, 15)
            .Select(i => $"block[{(i < 12 ? i : i == 12 ? "IND" : i == 13 ? "DIND" : "TIND")}]")];
        string stat = Debug(disk, "stat usr/large");
        string ind = Regex.Match(stat, @"\(IND\):(\d+)").Groups[1].Value, dind = Regex.Match(stat, @"\(DIND\):(\d+)").Groups[1].Value;
        var commands = new StringBuilder();
        for (int i = 10; i < 40; i++)
        {
            commands.Append(CultureInfo.InvariantCulture, $"sif usr/share/doc/file{i}.txt size 2345678\n");
            foreach (string pointer in pointers[..12])
                commands.Append(CultureInfo.InvariantCulture,
                    $"sif usr/share/doc/file{i}.txt {pointer} {Debug(disk, "bmap usr/large " + pointer[6..^1])}\n");
            commands.Append(CultureInfo.InvariantCulture,
                $"sif usr/share/doc/file{i}.txt block[IND] {ind}\nsif usr/share/doc/file{i}.txt block[DIND] {dind}\n");
        }

        Tool.Run("debugfs", "-w", "-f", _repository.Files.Write("commands", commands.ToString()), disk);
        VolumeReport volume = Commit(disk);
        Assert.All(volume.Unread, unread => Assert.StartsWith("FS-005", unread.Reason, StringComparison.Ordinal));
        Assert.InRange(volume.Unread.Count, 20, 30); // eight megabytes hold three times those two
        Assert.True(volume.FileBytes < 24 << 20, $"{volume.FileBytes} bytes");
    }

    [Fact]
    public void What_could_not_be_read_is_in_the_image_and_stays_what_it_is()
    {
        string disk = Make(Plain);
        Apply(disk, "sif usr/share/doc/file3.txt links_count 0");
        Commit(disk);
        using Repository repository = _repository.Open();
        MachineImage image = Image(repository);
        ImageVolume volume = image.Disks[0].Volumes[0];
        Assert.False(volume.IsWhole);
        Assert.Contains("EXT4-033", Assert.Single(volume.Unread).Reason, StringComparison.Ordinal);

        // The proof of views: an image that keeps quiet about it is a lie; one that says more than the disk has is not.
        var proof = new ViewProof(repository.Store, Limits.Default, 2, TestContext.Current.CancellationToken);
        Assert.Null(proof.Find(image.Disks[0]));
        Assert.Contains("does not say so", proof.Find(image.Disks[0] with { Volumes = [volume with { Unread = [] }] })!.Message,
            StringComparison.Ordinal);
        UnreadPath[] more = [new UnreadPath("etc/os-release"u8.ToArray(), "old"), .. volume.Unread];
        Assert.Null(proof.Find(image.Disks[0] with { Volumes = [volume with { Unread = more }] }));
    }

    [Fact]
    public void Whoever_asks_for_it_hears_why_it_is_not_there()
    {
        string disk = Make(Plain);
        Apply(disk, "sif usr/share/doc/file3.txt links_count 0");
        Commit(disk);
        using Repository repository = _repository.Open();
        Assert.Contains("EXT4-033", Assert.Throws<NotFoundException>(() =>
            new ImageBrowser(repository).Find("HEAD:/usr/share/doc/file3.txt")).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("EXT4-033", Assert.Throws<NotFoundException>(() =>
            new ImageBrowser(repository).Find("HEAD:/usr/share/doc/file333.txt")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_are_refused_and_answers_say_what_they_did_not_see()
    {
        string disk = Make(Plain);
        Apply(disk, "sif usr/share/doc/file3.txt links_count 0");
        Commit(disk);
        foreach (string[] arguments in new string[][] { ["rm", "HEAD:/usr/exact"], ["put", disk + ".commands", "HEAD:/new"],
            ["purge", "--path", "/usr/exact"] })
            Assert.Contains("is not changed, since it is damaged", Run(3, arguments), StringComparison.Ordinal);
        foreach (string[] more in new string[][] { [], ["--no-follow"] })
            Assert.Contains("it could not be read when the disk was committed: EXT4-033",
                Run(1, ["cat", .. more, "HEAD:/usr/share/doc/file3.txt"]), StringComparison.Ordinal);
        Assert.Contains("not read: /usr/share/doc/file3.txt: EXT4-033", Run(0, "show"), StringComparison.Ordinal);
        Assert.Contains("\"unread\":[{\"path\":\"/usr/share/doc/file3.txt\",\"reason\":\"EXT4-033", Run(0, "show", "--json"),
            StringComparison.Ordinal);
        Assert.Contains("damaged files of", Run(6, "inventory"), StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"damage\"", Run(6, "inventory", "--json"), StringComparison.Ordinal);
        Assert.Contains("damaged files of", Run(6, "search", "--name", "no-such-file"), StringComparison.Ordinal);
        Assert.Contains("file3.txt could not be read", Run(0, "ls", "HEAD:/usr/share/doc"), StringComparison.Ordinal);
        Assert.DoesNotContain("could not be read", Run(0, "ls", "HEAD:/etc"), StringComparison.Ordinal);
    }

    [Fact]
    public void No_verb_that_writes_a_volume_anew_takes_one_that_is_damaged()
    {
        string disk = Make(Plain);
        Commit(disk);
        Run(0, "branch", "theirs");
        Apply(disk, "sif usr/share/doc/file3.txt links_count 0");
        Tool.Run("debugfs", "-w", "-R", "mkdir ours", disk);
        Commit(disk);
        string ours = Run(0, "log", "--oneline", "-1");
        Run(0, "mkdir", "theirs:/theirs");
        string hosts = _repository.Files.Write("hosts.csv", "name\nweb1\n"),
            template = Directory.CreateDirectory(_repository.Files["template"]).FullName, before = Run(0, "branch", "--list");
        File.WriteAllText(Path.Combine(template, "hostname"), "{{name}}\n");
        foreach (string[] arguments in new string[][] { ["seal", "HEAD"], ["derive", "HEAD", "--hosts", hosts, "--template", template] })
            Assert.Contains("is not changed, since it is damaged", Run(3, arguments), StringComparison.Ordinal);
        foreach (string[] arguments in new string[][] { ["merge", "theirs"], ["cherry-pick", "theirs"], ["rebase", "theirs"] })
            Assert.Contains("is not merged, since it is damaged on one side", Run(3, arguments), StringComparison.Ordinal);
        Assert.Equal((ours, before), (Run(0, "log", "--oneline", "-1"), Run(0, "branch", "--list")));
        _repository.AssertClean();
    }

    // A tree with files of all kinds, and a directory of several blocks.
    private string Make(string options)
    {
        string disk = TestDisks.FileSystem(_repository.Files, "disk", options, "8M");
        var commands = new StringBuilder("mkdir many\nexpand_dir many\nexpand_dir many\n");
        for (int i = 0; i < 60; i++)
            commands.Append(CultureInfo.InvariantCulture,
                $"write {TestDisks.Sources(_repository.Files)}/etc/os-release many/a-name-that-takes-some-room-{i:d3}\n");
        Tool.Run("debugfs", "-w", "-f", _repository.Files.Write("disk.commands", commands.ToString()), disk);
        Assert.InRange(Tool.Try("e2fsck", "-fyD", disk).ExitCode, 0, 1);
        return disk;
    }

    private static void Apply(string disk, string damage)
    {
        Tool.Run("debugfs", "-w", "-R", damage, disk);
        Assert.NotInRange(Tool.Try("e2fsck", "-fn", disk).ExitCode, 0, 1);
    }

    private VolumeReport Commit(string disk)
    {
        VolumeReport volume = Assert.Single(_repository.AssertExact(Path.GetFileName(disk)).Disks[0].Volumes);
        Assert.Equal("", volume.Reason);
        return volume;
    }

    /// <summary>What the kernel reads is what mig shows, but for what is named.</summary>
    private void AssertAsTheKernel(string disk, string[] unread, string mountOptions = "ro,errors=continue")
    {
        // What is not a directory, and is named, was not shown: nothing can take it for sound.
        Dictionary<string, TreeEntry> listed = List();
        Assert.All(unread, path => Assert.True(!listed.TryGetValue(path, out TreeEntry? entry) || entry.Type == TreeEntryType.Directory));
        var known = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using (var mount = new LoopMount(disk, mountOptions))
        {
            // Damaged directories and links make find and sha256sum complain; what they print all the same counts.
            string found = Tool.Try("sh", "-c",
                "cd \"$1\"; find . -type f -exec sha256sum {} +; find . -type d -printf 'directory  %p\\n'; find . -type l -printf 'link "
                + "to %l  %p\\n'", "sh", mount.Path).Output;
            foreach (Match line in Regex.Matches(found, @"^([0-9a-f]{64}|directory|link to .*?)  \.(/.*)$", RegexOptions.Multiline))
                known[line.Groups[2].Value] = line.Groups[1].Value;
        }

        Assert.True(known.Count > 60);
        var shown = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string path, TreeEntry entry) in listed)
            shown[path] = entry.Type == TreeEntryType.Directory ? "directory" : entry.Type == TreeEntryType.SymbolicLink
                ? $"link to {Encoding.UTF8.GetString(entry.LinkTarget.Span)}" : entry.Sha256.ToString()!;
        bool IsNamed(string path) => unread.Any(name => path == name || path.StartsWith(name + "/", StringComparison.Ordinal));
        Assert.Equal(known.Where(pair => !IsNamed(pair.Key)), shown.Where(pair => !IsNamed(pair.Key)));
        Assert.All(shown.Where(pair => known.ContainsKey(pair.Key)), pair => Assert.Equal(known[pair.Key], pair.Value));
    }

    private Dictionary<string, TreeEntry> List()
    {
        using Repository repository = _repository.Open();
        var browser = new ImageBrowser(repository);
        return browser.ListAll(browser.Find("HEAD:/"))
            .ToDictionary(found => "/" + Encoding.UTF8.GetString(found.Path.Span), found => found.Entry);
    }

    private static MachineImage Image(Repository repository) => repository.Objects.ReadImage(repository.Revisions.ResolveImage("HEAD"));

    private static int Names(string disk, string directory) =>
        Regex.Count(Debug(disk, "ls -p " + directory), @"^/\d+/\d{6}/\d+/\d+/a-name", RegexOptions.Multiline);

    private static int Inode(string disk, byte[] bytes, string path)
    {
        Match place = Regex.Match(Debug(disk, "imap " + path), @"located at block (\d+), offset 0x([0-9a-f]+)");
        Assert.True(place.Success);
        int at = (int.Parse(place.Groups[1].Value, CultureInfo.InvariantCulture) * 1024)
            + int.Parse(place.Groups[2].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.InRange(at, 0, bytes.Length);
        return at;
    }

    private static string Debug(string disk, string command) =>
        string.Join('\n', Tool.Run("debugfs", "-R", command, disk).Split('\n')
            .Where(line => !line.StartsWith("debugfs ", StringComparison.Ordinal))).Trim();

    private string Run(int exitCode, params string[] arguments)
    {
        (int code, string output) = MigProgram.Finish(MigProgram.Start([], ["--repo", _repository.Folder, .. arguments]));
        Assert.True(code == exitCode, $"{code}: {output}");
        return output;
    }
}
