using Mig.Core;
using Mig.Core.Host;
using Mig.Disks;
using Mig.History.Images;
using Mig.Images.Ingest;
using Mig.Images.Sessions;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Images.Sessions;

/// <summary>
/// What a session becomes is the image that a repository which never saw its base makes of the same bytes as a file, though most of them
/// were not read.
/// </summary>
public sealed class SessionCommitTests : IDisposable
{
    private const string Disk = "disk.img";

    private const string Change =
        """
        cd "$1"; rm -f usr/share/doc/file1?.txt; mv usr/large usr/moved; mkdir -p new/deep; echo more >> etc/os-release
        truncate -s 700000 usr/exact; cp usr/above new/deep/copy; head -c 1500000 /dev/urandom > new/random
        head -c 3000 /dev/urandom | dd of=usr/above conv=notrunc bs=1 seek=500000 status=none; truncate -s 3000000 usr/moved
        chmod 600 usr/share/doc/file40.txt; touch -d 2001-01-01 usr/share/doc/file41.txt
        """;

    private const string ChangeMore =
        Change + """

        ln usr/share/doc/file50.txt new/hard; ln -s deep new/soft; fallocate -p -o 1048576 -l 524288 usr/moved || true
        echo filled | dd of=usr/sparse conv=notrunc bs=1 seek=100000 status=none; fallocate -l 300000 new/promised || true
        fallocate -p -o 65536 -l 65536 usr/share/doc/file59.txt || true; fallocate -p -o 131072 -l 131072 usr/exact || true
        """;

    private readonly TestRepository _repository = new();

    public static TheoryData<string, string> Exts => new()
    {
        { "-t ext2 -b 1024", "16M" },
        { "-t ext3 -b 1024", "24M" },
        { "-t ext4 -b 4096", "32M" },
        { "-t ext4 -b 1024 -O ^extents,^64bit", "24M" },
        { "-t ext4 -b 4096 -O bigalloc -C 65536", "48M" },
        { "-t ext4 -b 4096 -O inline_data", "32M" },
    };

    [Theory]
    [MemberData(nameof(Exts))]
    public void On_ext_it_is_the_image_of_the_file(string options, string size)
    {
        string disk = TestDisks.FileSystem(_repository.Files, Disk, options, size);
        AssertSameImage(disk, () =>
        {
            using var mount = new LoopMount(disk, "defaults");
            Tool.RunScript(ChangeMore, mount.Path);
        });
    }

    [Theory]
    [InlineData("-F 12 -s 8", 12_000)]
    [InlineData("-F 16 -s 4", 20_000)]
    [InlineData("-F 32 -s 1", 40_000)]
    public void On_FAT_it_is_the_image_of_the_file(string options, int kibibytes)
    {
        string disk = _repository.Files[Disk];
        FatTools.Make(disk, kibibytes, options, "cd \"$1\"; mcopy -s -m etc usr c: < /dev/null", TestDisks.Sources(_repository.Files));
        AssertSameImage(disk, () => FatTools.Run(disk,
            """
            mdel 'c:/usr/share/doc/file1?.txt'; mmove c:/usr/large c:/etc/moved; mmd c:/new; mcopy "$1/usr/above" c:/new/copy
            head -c 700000 /dev/urandom > "$2"; mcopy -D o "$2" c:/usr/exact; mattrib +r c:/usr/share/doc/file40.txt
            mcopy "$1/etc/os-release" c:/usr/share/doc/file2.txt -D o
            """, TestDisks.Sources(_repository.Files), _repository.Files["random"]));
    }

    [Fact]
    public void On_NTFS_it_is_the_image_of_the_file()
    {
        string disk = _repository.Files[Disk], sources = TestDisks.Sources(_repository.Files);
        NtfsMount.Make(disk, "40M", "-c 4096");
        using (var mount = new NtfsMount(disk))
            Tool.RunScript("cp -r \"$1\"/. \"$2\"", sources, mount.Path);
        AssertSameImage(disk, () =>
        {
            using var mount = new NtfsMount(disk);
            Tool.RunScript(Change, mount.Path);
        });
    }

    public static TheoryData<string> TableChanges => new()
    {
        "sgdisk -d 1 \"$1\"",                                                     // a volume is gone, its files are residue
        "sgdisk -d 2 -n 2:26624:+24M \"$1\"; dd if=\"$1.root\" of=\"$1\" bs=4096 seek=3328 conv=notrunc status=none", // one has moved
        "mke2fs -F -q -t ext4 -b 4096 -E offset=9437184 \"$1\" 24M",              // its file system is made anew
        "sgdisk -Z \"$1\"",                                                       // no table
        "dd if=/dev/zero of=\"$1\" bs=1M count=40 conv=notrunc status=none",      // nothing
        "dd if=/dev/urandom of=\"$1\" bs=1M seek=9 count=1 conv=notrunc status=none", // one is damaged
        "dd if=\"$1.root\" of=\"$1\" bs=4096 conv=notrunc status=none",           // one in the place of all
    };

    [Theory]
    [MemberData(nameof(TableChanges))]
    public void When_volumes_change_it_is_the_image_of_the_file(string script)
    {
        string disk = TestDisks.Gpt(_repository.Files, Disk);
        AssertSameImage(disk, () => Tool.RunScript(script, disk), mustTrust: false);
    }

    [Fact]
    public void A_base_that_an_edit_made_or_another_machine_is_taken_for_nothing_that_it_is_not()
    {
        string disk = TestDisks.FileSystem(_repository.Files, Disk, "-t ext4 -b 4096", "32M");
        _repository.Commit(Disk);
        string text = _repository.Files.Write("text", "put by an edit\n");
        MigProgram("put", "-m", "edit", text, "HEAD:/usr/share/doc/file7.txt");
        _repository.Export(Disk);
        AssertSession(disk, () =>
        {
            using var mount = new LoopMount(disk, "defaults");
            Tool.RunScript(ChangeMore, mount.Path);
        }, mustTrust: false);

        // A clone has seen nothing.
        string clone = _repository.Files["clone"];
        Exchange.Serving.ServedFolder.Mig("clone", "-q", "--bare", _repository.Folder, clone).Ends(0);
        using Repository repository = TestRepository.Open(clone);
        repository.Sessions.Start("c", "main");
        File.WriteAllBytes(_repository.Files["changed"], MixedBytes.Make(8192, 9));
        Tool.RunScript("dd if=\"$1\" of=\"$2\" bs=4096 seek=5000 conv=notrunc status=none", _repository.Files["changed"], disk);
        WrittenDisks.Write(repository, "c", disk);
        CommitResult made = repository.Sessions.Commit("c", "in a clone", cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(CommitAnew(disk), made.Image);
    }

    // Whatever a guest writes, and wherever: into contents, tables, directories, free space; bytes, zeros, and what stands elsewhere.
    [Theory]
    [InlineData("-t ext4 -b 4096", 1)]
    [InlineData("-t ext4 -b 1024", 2)]
    [InlineData("-t ext2 -b 1024 -O ^extents", 3)]
    [InlineData("FAT", 4)]
    public void Whatever_is_written_it_is_the_image_of_the_file(string options, int seed)
    {
        string disk = options == "FAT" ? TestDisks.Fat(_repository.Files, Disk, "-F 16 -s 4", 20_000)
            : TestDisks.FileSystem(_repository.Files, Disk, options, "24M");
        _repository.Commit(Disk);
        var random = new Random(seed);
        for (int round = 0; round < 4; round++)
        {
            AssertSession(disk, () =>
            {
                byte[] bytes = File.ReadAllBytes(disk);
                for (int i = random.Next(1, 30); i > 0; i--)
                {
                    int length = random.Next(1, random.Next(3) == 0 ? 200_000 : 3000), offset = random.Next(bytes.Length - length);
                    Span<byte> target = bytes.AsSpan(offset, length);
                    switch (random.Next(3))
                    {
                        case 0:
                            random.NextBytes(target);
                            break;
                        case 1:
                            target.Clear();
                            break;
                        default:
                            bytes.AsSpan(random.Next(bytes.Length - length), length).CopyTo(target);
                            break;
                    }
                }

                File.WriteAllBytes(disk, bytes);
            }, mustTrust: false);
        }
    }

    [Fact]
    public void On_a_disk_that_qemu_wrote_it_is_the_image_of_the_file()
    {
        string raw = TestDisks.FileSystem(_repository.Files, "raw", "-t ext4 -b 1024", "24M"), disk = _repository.Files["disk.qcow2"];
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, disk);
        _repository.Commit("disk.qcow2");
        using Repository repository = _repository.Open();
        repository.Sessions.Start("s", "main");
        Tool.Run("qemu-io", "-f", "qcow2", "-c", "write -P 90 5M 300k", "-c", "write -z 9M 1M", "-c", "write -P 7 1234567 777", "-c",
            "discard 12M 2M", disk);
        Tool.Run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", disk, raw);
        WrittenDisks.Write(repository, "s", raw);
        CommitResult made = repository.Sessions.Commit("s", "what changed", cancellation: TestContext.Current.CancellationToken);
        Assert.True(made.Disks[0].TrustedBytes > 0);
        Assert.Equal(CommitAnew(disk), made.Image);
    }

    // The branch has moved, and the session was not told: what it holds is that version, and goes on from there.
    [Fact]
    public void A_commit_that_ends_when_the_branch_has_moved_is_one()
    {
        string disk = TestDisks.FileSystem(_repository.Files, Disk, "-t ext4 -b 4096", "32M");
        _repository.Commit(Disk);
        using Repository repository = _repository.Open();
        repository.Sessions.Start("s", "main");
        Tool.RunScript("printf one | dd of=\"$1\" bs=1 seek=1000000 conv=notrunc status=none", disk);
        WrittenDisks.Write(repository, "s", disk);
        using (FileFault.Install(Path.Combine(_repository.Folder, "sessions"), 1, Errno.InputOutput, lasts: true,
            (_, path) => path.EndsWith(".map", StringComparison.Ordinal) && !File.Exists(path)))
            Assert.Throws<IOException>(() => repository.Sessions.Commit("s", "one", cancellation: TestContext.Current.CancellationToken));
        CommitId made = repository.Revisions.ResolveCommit("main");
        Assert.Equal(CommitAnew(disk), repository.Objects.ReadCommit(made).Image);

        Tool.RunScript("printf two | dd of=\"$1\" bs=1 seek=1000001 conv=notrunc status=none", disk);
        Assert.True(WrittenDisks.Write(repository, "s", disk) > 0);
        CommitResult next = repository.Sessions.Commit("s", "two", cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(CommitAnew(disk), next.Image);
        Assert.Equal([made], repository.Objects.ReadCommit(next.Id!.Value).Parents);
        Assert.Equal(0, repository.Sessions.Find("s").DirtyBytes);
        _repository.AssertClean();
    }

    // The negative control: what is not said to be written is not read, and then it shows.
    [Fact]
    public void A_write_that_is_not_told_makes_another_image()
    {
        string disk = TestDisks.FileSystem(_repository.Files, Disk, "-t ext4 -b 4096", "32M");
        ImageDisk before = Single(_repository.Commit(Disk));
        using (var mount = new LoopMount(disk, "defaults"))
            Tool.RunScript("head -c 3000 /dev/urandom | dd of=\"$1/usr/large\" conv=notrunc bs=1 seek=500000 status=none", mount.Path);
        using Repository repository = _repository.Open();
        using DiskImage opened = DiskFormats.Open(disk, null, Limits.Default, new DiskOpenOptions { IsWatched = true });
        ImageId Commit(params ByteRange[] written) => new ImageCommitter(repository).Commit(new CommitRequest
        {
            Disks = [],
            Message = "a test",
            AllowChanging = true,
            AllowEmpty = true,
            Opened = new OpenedDisks([opened], repository.Refs.ReadHead(), [new UnwrittenPlan(repository.Store, before, written)]),
        }, TestContext.Current.CancellationToken).Image;
        Assert.NotEqual(CommitAnew(disk), Commit());
        Assert.Equal(CommitAnew(disk), Commit(new ByteRange(0, opened.Content.Length)));
    }

    public void Dispose() => _repository.Dispose();

    private ImageDisk Single(CommitResult result)
    {
        using Repository repository = _repository.Open();
        return repository.Objects.ReadImage(result.Image).Disks.Single();
    }

    private void AssertSameImage(string disk, Action change, bool mustTrust = true)
    {
        _repository.Commit(Disk);
        AssertSession(disk, change, mustTrust);
        const string Overwrite = "printf changed | dd of=\"$1\" bs=1 seek=1000000 conv=notrunc status=none";
        AssertSession(disk, () => Tool.RunScript(Overwrite, disk), mustTrust);
        _repository.AssertClean();
    }

    // The session stays on its version; what is changed is written to it, and becomes the next one.
    private void AssertSession(string disk, Action change, bool mustTrust)
    {
        using Repository repository = _repository.Open();
        if (!repository.Sessions.List().Any())
            repository.Sessions.Start("s", "main");
        change();
        long written = WrittenDisks.Write(repository, "s", disk);
        CommitResult made = repository.Sessions.Commit("s", "what changed", cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(written > 0, made.Id is not null);
        Assert.Equal(CommitAnew(disk), made.Image);
        if (mustTrust)
            Assert.True(made.Disks[0].TrustedBytes > 0, $"all was read though {written} bytes were written");
    }

    private static ImageId CommitAnew(string disk)
    {
        using var fresh = new TestRepository();
        return TestRepository.Commit(fresh.Folder, new CommitRequest { Disks = [disk], Message = "the file" }).Image;
    }

    private void MigProgram(params string[] arguments) =>
        Exchange.Serving.ServedFolder.Mig(["--repo", _repository.Folder, .. arguments]).Ends(0);
}
