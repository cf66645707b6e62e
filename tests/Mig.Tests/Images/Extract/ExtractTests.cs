using System.Text;
using Mig.Core;
using Mig.Images.Browse;
using Mig.Images.Extract;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Commits;
using JudgedEntry = Mig.Testing.FileSystems.TreeEntry;

namespace Mig.Tests.Images.Extract;

/// <summary>What comes out of a version against what the kernel shows of the same disk, mounted.</summary>
public sealed class ExtractTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void AFolderAndAnArchiveHaveAllThatTheKernelShows()
    {
        IReadOnlyList<JudgedEntry> expected = CommitSample();
        ExtractResult result = Extract("out", "HEAD:/");
        IReadOnlyList<JudgedEntry> actual = Read(_folder.File("out"));
        TreeComparison.AssertEqual(expected, actual);
        Assert.True(result.LeftOut.IsNothing, result.LeftOut.ToString());
        Assert.Equal(expected.Count + 1, result.Directories + result.Files + result.Links + result.Others);

        // Holes are holes: the file of 50 MiB takes less than one.
        long blocks = long.Parse(Tool.Run("stat", "-c", "%b", _folder.File("out/huge")), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(blocks, 1, 2048);

        // Negative control.
        Tool.Run("touch", "-d", "2001-01-01", _folder.File("out/small"));
        Assert.NotNull(TreeComparison.FindDifference(expected, Read(_folder.File("out"))));

        // GNU tar unpacks the archive to the same; sockets have no place in one.
        ArchiveTo("all.tar", "HEAD:/");
        Directory.CreateDirectory(_folder.File("untarred"));
        Tool.Run("tar", "-xpf", _folder.File("all.tar"), "--same-owner", "--xattrs", "--xattrs-include=*", "-C", _folder.File("untarred"));
        TreeComparison.AssertEqual([.. expected.Where(entry => entry.Type != 's')], Read(_folder.File("untarred")));
        Assert.InRange(new FileInfo(_folder.File("all.tar")).Length, 1, 40 << 20);
        ArchiveTo("all.tar.zst", "HEAD:/");
        Tool.Run("zstd", "-q", "-d", _folder.File("all.tar.zst"), "-o", _folder.File("again.tar"));
        Judge.AssertSame(_folder.File("all.tar"), _folder.File("again.tar"));

        // cpio has whole seconds and no attributes, and its own program does not keep the times of folders and symbolic links.
        ArchiveTo("all.cpio", "HEAD:/");
        Directory.CreateDirectory(_folder.File("from-cpio"));
        Tool.Run("bash", "-euc", "cd \"$1\" && cpio -idm --quiet --no-absolute-filenames < ../all.cpio", "cpio", _folder.File("from-cpio"));
        Assert.Equal(expected.Select(Coarse), Read(_folder.File("from-cpio")).Select(Coarse));
    }

    [Fact]
    public void WhatIsChosenComesAloneWithItsLinks()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");

        // usr/second-name and etc/os-release are one file: the one that is chosen has the content, and both are one when both are.
        Extract("one", "HEAD:/usr/second-name");
        Assert.Equal("NAME=test\n", File.ReadAllText(_folder.File("one")));
        Directory.CreateDirectory(_folder.File("both"));
        ExtractResult both = Extract("both", "HEAD:/usr", "HEAD:/etc");
        Assert.Equal(1, both.Links);
        Assert.Equal(
            Tool.Run("stat", "-c", "%i", _folder.File("both/usr/second-name")),
            Tool.Run("stat", "-c", "%i", _folder.File("both/etc/os-release")));
        Tool.Run("diff", "-r", "--no-dereference", Path.Combine(TestDisks.Sources(_repository.Files), "usr"), _folder.File("both/usr"));
        ArchiveTo("both.tar", "HEAD:/usr", "HEAD:/etc");
        string listing = Tool.Run("tar", "-tvf", _folder.File("both.tar"));
        Assert.Contains("usr/second-name link to etc/os-release\n", listing, StringComparison.Ordinal);
        Assert.Equal(Tool.Run("tar", "-tf", _folder.File("both.tar")), Tool.Run("bsdtar", "-tf", _folder.File("both.tar")));
    }

    [Fact]
    public void NothingThatIsThereIsTouchedWithoutLeave()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");
        Directory.CreateDirectory(_folder.File("there/etc/kept"));
        File.WriteAllText(_folder.File("there/etc/os-release"), "mine");
        Assert.Throws<ConflictException>(() => Extract("there", "HEAD:/etc"));
        Assert.Throws<ConflictException>(() => Extract("there", "HEAD:/"));
        Assert.Throws<ConflictException>(() => Extract("there", "HEAD:/etc/link", "HEAD~0:/etc/link"));
        Assert.Throws<UsageException>(() => Extract("new", "HEAD:/etc", "HEAD:/usr"));
        Assert.Throws<UsageException>(() => Extract("no/folder", "HEAD:/etc"));
        Assert.Equal("mine", File.ReadAllText(_folder.File("there/etc/os-release")));
        Assert.Equal(["there"], Names(_folder.Path));
        Assert.Equal(["etc"], Names(_folder.File("there")));

        Extract("there", overwrites: true, "HEAD:/etc");
        Assert.Equal("NAME=test\n", File.ReadAllText(_folder.File("there/etc/os-release")));
        Assert.Equal(["kept", "link", "os-release"], Names(_folder.File("there/etc")));

        // A folder is never replaced by a file, and what is there else stays.
        File.Delete(_folder.File("there/etc/os-release"));
        Directory.CreateDirectory(_folder.File("there/etc/os-release/mine"));
        Assert.Throws<ConflictException>(() => Extract("there", overwrites: true, "HEAD:/etc"));
        Assert.True(Directory.Exists(_folder.File("there/etc/os-release/mine")));
    }

    [Fact]
    public void LinksThatAreThereAreNotWrittenThrough()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");
        Directory.CreateDirectory(_folder.File("outside"));
        Directory.CreateDirectory(_folder.File("there"));
        File.CreateSymbolicLink(_folder.File("there/etc"), _folder.File("outside"));
        Assert.Throws<ConflictException>(() => Extract("there", "HEAD:/etc"));
        Extract("there", overwrites: true, "HEAD:/etc");
        Assert.Empty(Names(_folder.File("outside")));
        Assert.Null(new FileInfo(_folder.File("there/etc")).LinkTarget);
        Assert.Equal("NAME=test\n", File.ReadAllText(_folder.File("there/etc/os-release")));
    }

    [Fact]
    public void AnUnprivilegedUserGetsWhatIsPossible()
    {
        CommitSample();
        ExtractResult result = Extract(new ExtractRequest { Sources = Find("HEAD:/"), IsUnprivileged = true }, "out");
        Assert.True(result.LeftOut is { Owners: > 0, SetIdBits: 1, Nodes: > 5, Xattrs: > 0 }, result.LeftOut.ToString());
        Assert.Empty(Tool.Run("find", _folder.File("out"), "-type", "b", "-o", "-type", "c", "-o", "-type", "f", "-perm", "/6000"));
        Assert.Equal("", Tool.Run("find", _folder.File("out"), "!", "-uid", Tool.Run("id", "-u").Trim()));
        Tool.Run("cmp", _folder.File("out/small"), _folder.File("out/links/hard7"));
    }

    [Fact]
    public void AFullDiskIsSaidAndLeavesNothing()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");
        using Mount mount = Mount.Memory(2 << 20);
        using Repository repository = _repository.Open();
        IOException error = Assert.Throws<IOException>(() => new FolderExtractor(repository)
            .Extract(new ExtractRequest { Sources = Find(repository, "HEAD:/usr") }, mount["usr"], TestContext.Current.CancellationToken));
        Assert.Contains("/usr/", error.Message, StringComparison.Ordinal);
        Assert.Equal(28, error.HResult);
        Assert.Empty(Directory.GetFileSystemEntries(mount.Path));
        Assert.Throws<IOException>(() => new ArchiveExtractor(repository).Extract(
            new ExtractRequest { Sources = Find(repository, "HEAD:/usr") }, mount["usr.tar"], null, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFileSystemEntries(mount.Path));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _repository.Dispose();
    }

    private IReadOnlyList<JudgedEntry> CommitSample()
    {
        string disk = _repository.Files["disk"];
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-O", "ea_inode", disk, "64M");
        using (var mount = new LoopMount(disk, "defaults"))
        {
            SampleTree.Fill(mount.Path, 300, isMounted: true);

            // Attributes of more than a block need a file system that was made for them; flags are not extracted.
            Tool.Run("bash", "-euc", "cd \"$1\"; chattr -iau flag*; rm -rf large flag*; rm lost+found -rf", "tidy", mount.Path);
        }

        _repository.Commit("disk");
        using (var mount = new LoopMount(disk, "ro"))
            return Read(mount.Path);
    }

    private ExtractResult Extract(string destination, params string[] paths) => Extract(destination, overwrites: false, paths);

    private ExtractResult Extract(string destination, bool overwrites, params string[] paths) =>
        Extract(new ExtractRequest { Sources = Find(paths), Overwrite = overwrites }, destination);

    private ExtractResult Extract(ExtractRequest request, string destination)
    {
        using Repository repository = _repository.Open();
        return new FolderExtractor(repository).Extract(request, _folder.File(destination), TestContext.Current.CancellationToken);
    }

    private void ArchiveTo(string file, params string[] paths)
    {
        using Repository repository = _repository.Open();
        new ArchiveExtractor(repository).Extract(
            new ExtractRequest { Sources = Find(repository, paths) }, _folder.File(file), null, TestContext.Current.CancellationToken);
    }

    private ImagePath[] Find(params string[] paths)
    {
        using Repository repository = _repository.Open();
        return Find(repository, paths);
    }

    private static ImagePath[] Find(Repository repository, params string[] paths)
    {
        return [.. paths.Select(new ImageBrowser(repository).Find)];
    }

    private static List<JudgedEntry> Read(string folder) => [.. HostTree.Read(folder, 0).Select(entry => entry with { ChangedTime = "" })];

    private static JudgedEntry Coarse(JudgedEntry entry)
    {
        long seconds = long.Parse(entry.ModifiedTime.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);
        return entry with
        {
            Xattrs = "",
            ModifiedTime = entry.Type is 'd' or 'l' ? "" : Math.Clamp(seconds, 0, uint.MaxValue)
            .ToString(System.Globalization.CultureInfo.InvariantCulture)
        };
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
}
