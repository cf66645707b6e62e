using System.Diagnostics;
using Mig.Core;
using Mig.Images.Mounts;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Mounts;

/// <summary>What a mount shows is what the kernel's own mount of the disk shows.</summary>
public sealed class MountTests : IDisposable
{
    // Files of both kinds of storage, a hole, hard links, links, attributes, a device, names with bytes.
    private const string Tree = """
        mkdir -p "$1"/etc "$1"/many/deep/er; cd "$1"
        echo golden > etc/hostname; chmod 640 etc/hostname; chown 12:34 etc/hostname; touch -d @1700000000.5 etc/hostname
        head -c 3000000 /dev/urandom > large; truncate -s 5M sparse; printf end | dd of=sparse bs=1 seek=4M conv=notrunc status=none
        ln etc/hostname many/second; ln etc/hostname third; ln -s ../large many/link; : > empty
        setfattr -n user.note -v hello large; setfacl -m u:77:r etc/hostname; mknod dev c 1 3; mkfifo pipe; chmod 4755 large
        for i in $(seq 300); do echo $i > many/file$i; done; printf x > "$(printf 'odd\n\377name')"
        """;

    private const string Listing =
        "cd \"$1\"; find . ! -name lost+found -printf '%P %y %m %U %G %n %T@ %l\\n' -type f -printf '%s\\n' | LC_ALL=C sort";

    private readonly TestRepository _repository = new();

    [Fact]
    public void AVersionIsWhatTheKernelShowsOfItsDisk()
    {
        string disk = CommitTree();
        string folder = _repository.Files["mounted"];
        Directory.CreateDirectory(folder);
        using Repository repository = _repository.Open();
        using (ImageMount mount = new ImageMounter(repository).MountVersion("HEAD", folder))
        using (Mount kernel = Mount.Image(disk, "ro"))
        {
            Assert.Equal(Tool.RunScript(Listing, kernel.Path), Tool.RunScript(Listing, folder));
            Tool.Run("diff", "-r", "--no-dereference", "--exclude=lost+found", "--exclude=dev", "--exclude=pipe", kernel.Path, folder);
            const string Xattrs = "cd \"$1\"; getfattr -dhR -m - . 2>/dev/null | LC_ALL=C sort";
            Assert.Equal(Tool.RunScript(Xattrs, kernel.Path), Tool.RunScript(Xattrs, folder));
            const string SameInodes = "cd \"$1\"; stat -c %i etc/hostname many/second third | uniq | wc -l";
            Assert.Equal("1\n", Tool.RunScript(SameInodes, folder));

            // Nothing can be written, and the judge can see a difference.
            Assert.NotEqual(0, Tool.Try("touch", Path.Combine(folder, "new")).ExitCode);
            Assert.NotEqual(0, Tool.Try("sh", "-c", $"echo x >> '{folder}/empty'").ExitCode);
            Assert.NotEqual(Tool.RunScript(Listing, Path.Combine(kernel.Path, "many")), Tool.RunScript(Listing, folder));
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void AHistoryHasAFolderForEachVersion()
    {
        CommitTree();
        string folder = _repository.Files["mounted"];
        Directory.CreateDirectory(folder);
        using Repository repository = _repository.Open();
        using ImageMount mount = new ImageMounter(repository).MountHistory(folder);
        Assert.Equal("branches\ncommits\ntags\n", Tool.Run("ls", folder));
        Assert.Equal("golden\n", Tool.Run("cat", $"{folder}/branches/main/etc/hostname"));
        string id = Tool.Run("ls", $"{folder}/commits").Trim();
        Tool.Run("cmp", $"{folder}/commits/{id}/large", $"{folder}/branches/main/large");
        Assert.NotEqual(0, Tool.Try("ls", $"{folder}/branches/other").ExitCode);
    }

    [Fact]
    public void ADiskIsAFile()
    {
        string disk = CommitTree();
        string folder = _repository.Files["mounted"];
        Directory.CreateDirectory(folder);
        using Repository repository = _repository.Open();
        using ImageMount mount = new ImageMounter(repository).MountDisks("HEAD", folder);
        string shown = Assert.Single(Directory.GetFiles(folder));
        Tool.Run("cmp", disk, shown);
        Tool.Run("e2fsck", "-fn", shown);
    }

    [Fact]
    public void ADiskOfASessionIsWrittenByTheKernel()
    {
        CommitTree();
        string folder = _repository.Files["mounted"], other = _repository.Files["other"];
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(other);
        using Repository repository = _repository.Open();
        repository.Sessions.Start("test", "main");
        string[] command = ["--repo", _repository.Folder, "mount", "--block", "--session", "test"];
        using (Process program = MigProgram.Start([], [.. command, folder]))
        {
            Assert.Contains("session 'test' is at", program.StandardOutput.ReadLine(), StringComparison.Ordinal);
            using (Mount kernel = Mount.Image(Assert.Single(Directory.GetFiles(folder))))
                Tool.RunScript("cd \"$1\"; echo changed > etc/hostname; head -c 1000000 /dev/zero > new; sync -f new", kernel.Path);

            // It does not end under who writes.
            using (Mount kernel = Mount.Image(Assert.Single(Directory.GetFiles(folder))))
            {
                Tool.Run("kill", "-TERM", program.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
                Assert.Contains("is in use; mig ends when it is not", program.StandardError.ReadLine(), StringComparison.Ordinal);
                Tool.RunScript("echo late > \"$1\"; sync -f \"$1\"", kernel["late"]);
            }

            program.WaitForExit();
        }

        using (Process program = MigProgram.Start([], [.. command, folder]))
        {
            Assert.Contains("session 'test' is at", program.StandardOutput.ReadLine(), StringComparison.Ordinal);

            // One writes at a time; what nobody has is refused, too.
            using Process second = MigProgram.Start([], [.. command, other]);
            Assert.Contains("is locked by process", second.StandardError.ReadToEnd(), StringComparison.Ordinal);
            second.WaitForExit();
            Assert.Equal(3, second.ExitCode);
            Assert.Throws<NotFoundException>(() => new ImageMounter(repository).MountSession("none", other));
            Tool.Run("kill", "-TERM", program.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            program.WaitForExit();
            Assert.DoesNotContain("in use", program.StandardError.ReadToEnd(), StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Assert.NotNull(repository.Sessions.Commit("test", "written", cancellation: TestContext.Current.CancellationToken).Id);
        string exported = _repository.Export("out");
        Tool.Run("e2fsck", "-fn", exported);
        using Mount judge = Mount.Image(exported, "ro");
        Assert.Equal("changed\n", File.ReadAllText(judge["etc/hostname"]));
        Assert.Equal("late\n", File.ReadAllText(judge["late"]));
        Assert.Equal(1000000, new FileInfo(judge["new"]).Length);
        Assert.True(File.Exists(judge["large"]));
    }

    [Theory]
    [InlineData("-TERM")]
    [InlineData("-INT")]
    [InlineData("-KILL")]
    public void NothingStaysMountedWhenTheProgramEnds(string signal)
    {
        CommitTree();
        string folder = _repository.Files["mounted"];
        Directory.CreateDirectory(folder);
        using Process program = MigProgram.Start([], "--repo", _repository.Folder, "mount", "HEAD", folder);
        Assert.Contains("until Ctrl-C", program.StandardOutput.ReadLine(), StringComparison.Ordinal);
        Assert.Equal("golden\n", Tool.Run("cat", $"{folder}/etc/hostname"));
        Tool.Run("kill", signal, program.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        program.WaitForExit();

        // The helper that outlives a killed program needs a moment.
        Tool.RunScript("for i in $(seq 600); do findmnt -n \"$1\" >/dev/null || exit 0; sleep 0.1; done; exit 1", folder);
    }

    public void Dispose() => _repository.Dispose();

    private string CommitTree()
    {
        string disk = _repository.Files["disk.raw"], tree = _repository.Files["tree"];
        Tool.RunScript(Tree, tree);
        Tool.RunScript("truncate -s 48M \"$1\"; mkfs.ext4 -q -d \"$2\" \"$1\"", disk, tree);
        Tool.Run("rm", "-rf", tree);
        _repository.Commit(disk);
        return disk;
    }
}
