using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Revisions;
using Mig.Images.Sessions;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;
using Mig.Versions.Compare;
using Mig.Versions.Working;

namespace Mig.Tests.Images.Sessions;

/// <summary>What is seen of the files of a session, and done to them.</summary>
public sealed class SessionEditTests : IDisposable
{
    private const string Disk = "disk.img";

    private readonly TestRepository _repository = new();
    private readonly string _path;

    public SessionEditTests() => _path = _repository.Files[Disk];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_comparison_says_what_a_commit_would_change()
    {
        using Repository repository = Begin(
            "-t ext4 -b 4096", "cd \"$1\"; echo more >> etc/os-release; rm usr/exact; mkdir var; echo new > var/new");
        using (ComparedSides sides = repository.Sessions.Compare("s", Stop))
        {
            Assert.Equal(["etc/os-release", "usr/exact", "var", "var/new"], Changed(sides.Compare([])));
            Assert.Equal(["var", "var/new"], Changed(sides.Compare([PathSpec.Parse("/var")])));
            Assert.Throws<ConflictException>(() => repository.Sessions.Open("s"));
        }

        repository.Sessions.Commit("s", "the same", cancellation: Stop);
        using ComparedSides none = repository.Sessions.Compare("s", Stop);
        Assert.Equal(none.Before, none.After);
    }

    [Theory]
    [InlineData("-t ext4 -b 4096")]
    [InlineData("-t ext2 -b 1024")]
    public void What_is_restored_is_as_it_was_and_the_rest_stays(string options)
    {
        using Repository repository = Begin(options,
            """
            cd "$1"; echo more >> etc/os-release; rm -r usr/share/doc; chmod 600 usr/exact; echo new > usr/new; echo stays > etc/stays
            truncate -s 100 usr/large
            """);
        IReadOnlyList<string> restored = repository.Sessions.Restore(
            "s", [PathSpec.Parse("/usr"), PathSpec.Parse("/etc/os-release")], Stop);
        Assert.Contains("/usr/new", restored);
        Assert.Contains("/usr/share/doc/file7.txt", restored);
        using (ComparedSides sides = repository.Sessions.Compare("s", Stop))
            Assert.Equal(["etc/stays"], Changed(sides.Compare([])));
        Assert.Empty(repository.Sessions.Restore("s", [PathSpec.Parse("/usr")], Stop));
        repository.Sessions.Commit("s", "restored", cancellation: Stop);
        string disk = _repository.Export("out.img");
        Tool.Run("e2fsck", "-fn", disk);
        using var mount = new LoopMount(disk, "ro");
        string sources = TestDisks.Sources(_repository.Files);
        Assert.Contains("etc: stays", Tool.Try("diff", "-r", "--no-dereference", sources, mount.Path).Output, StringComparison.Ordinal);
        Tool.Run("diff", "-r", "--no-dereference", Path.Combine(sources, "usr"), Path.Combine(mount.Path, "usr"));
        Assert.Equal("NAME=test\n", File.ReadAllText(Path.Combine(mount.Path, "usr/second-name")));
    }

    [Fact]
    public void On_a_file_system_that_mig_does_not_write_nothing_is_restored()
    {
        NtfsMount.Make(_path, "20M", "-c 4096");
        using (var mount = new NtfsMount(_path))
            File.WriteAllText(Path.Combine(mount.Path, "file"), "before");
        using Repository repository = Begin(() =>
        {
            using var mount = new NtfsMount(_path);
            File.WriteAllText(Path.Combine(mount.Path, "file"), "after");
        });
        long dirty = repository.Sessions.Find("s").DirtyBytes;
        Assert.Contains("ntfs", Assert.Throws<UnsupportedFeatureException>(() =>
            repository.Sessions.Restore("s", [PathSpec.Parse("/file")], Stop)).Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(dirty, repository.Sessions.Find("s").DirtyBytes);
    }

    // What the fork shares with its origin it shares no secret of: not in files, and not in what is left of them.
    [Fact]
    public void A_sealed_fork_is_another_machine()
    {
        using Repository repository = Begin("-t ext4 -b 4096",
            """
            cd "$1"; mkdir -p etc/ssh var/lib/systemd bin; echo 0123456789abcdef0123456789abcdef > etc/machine-id; echo kept > etc/kept
            echo THE-HOST-KEY-OF-THE-ORIGIN > etc/ssh/ssh_host_rsa_key; echo SAVED-ENTROPY-OF-THE-ORIGIN > var/lib/systemd/random-seed
            """);
        SealedFork made = repository.Sessions.ForkSealed("s", "other", Stop);
        Assert.Contains("machine-id", made.Paths.Select(path => path.Operation));
        Assert.Equal(["other", "s"], repository.Sessions.List().Select(session => session.Name));
        string origin = Dump(repository, "s"), fork = Dump(repository, "other");
        foreach (string secret in new[] { "THE-HOST-KEY", "SAVED-ENTROPY", "0123456789abcdef0123456789abcdef" })
        {
            Assert.Equal(0, Tool.Try("grep", "-qa", secret, origin).ExitCode);
            Assert.NotEqual(0, Tool.Try("grep", "-qa", secret, fork).ExitCode);
        }

        Tool.Run("e2fsck", "-fn", fork);
        using var mount = new LoopMount(fork, "ro");
        Assert.Equal("kept\n", File.ReadAllText(Path.Combine(mount.Path, "etc/kept")));
        Assert.Equal(0, new FileInfo(Path.Combine(mount.Path, "etc/machine-id")).Length);
    }

    [Fact]
    public void A_fork_that_cannot_be_sealed_is_none()
    {
        NtfsMount.Make(_path, "20M", "-c 4096");
        using Repository repository = Begin(() =>
        {
            using var mount = new NtfsMount(_path);
            Directory.CreateDirectory(Path.Combine(mount.Path, "etc"));
            File.WriteAllText(Path.Combine(mount.Path, "etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
        });
        Assert.Throws<UnsupportedFeatureException>(() => repository.Sessions.ForkSealed("s", "other", Stop));
        Assert.Equal(["s"], repository.Sessions.List().Select(session => session.Name));
        repository.Sessions.Fork("s", "other");
    }

    // Whatever fails on the way, all of it is restored or nothing.
    [Fact]
    public void A_restore_that_fails_changes_nothing()
    {
        using Repository repository = Begin("-t ext4 -b 4096", "cd \"$1\"; rm -r usr/share/doc; echo more >> etc/os-release");
        string before = Dump(repository, "s"), kept = _repository.Files["kept"];
        File.Copy(before, kept);
        long steps;
        TestFolder.Copy(Sessions, _repository.Files["sessions"]);
        using (var counting = FileFault.Install(Sessions, 0))
        {
            repository.Sessions.Restore("s", [PathSpec.Root], Stop);
            steps = counting.Steps;
        }

        Dump(repository, "s");
        Assert.NotEqual(0, Tool.Try("cmp", "-s", before, kept).ExitCode);
        for (long step = 1; step <= steps; step += Math.Max(1, steps / 12))
        {
            Directory.Delete(Sessions, recursive: true);
            TestFolder.Copy(_repository.Files["sessions"], Sessions);
            using (FileFault.Install(Sessions, step, Errno.NoSpace))
            {
                try
                {
                    repository.Sessions.Restore("s", [PathSpec.Root], Stop);
                }
                catch (IOException)
                {
                    Dump(repository, "s");
                    using ComparedSides sides = repository.Sessions.Compare("s", Stop);
                    Assert.True(Tool.Try("cmp", "-s", before, kept).ExitCode == 0 || !Changed(sides.Compare([])).Any(),
                        $"step {step} of {steps}: it is half restored");
                }
            }
        }
    }

    public void Dispose() => _repository.Dispose();

    private string Sessions => Path.Combine(_repository.Folder, "sessions");

    private Repository Begin(string options, string change)
    {
        TestDisks.FileSystem(_repository.Files, Disk, options, "32M");
        return Begin(() =>
        {
            using var mount = new LoopMount(_path, "defaults");
            Tool.RunScript(change, mount.Path);
        });
    }

    private Repository Begin(Action change)
    {
        _repository.Commit(Disk);
        Repository repository = _repository.Open();
        repository.Sessions.Start("s", "main");
        change();
        WrittenDisks.Write(repository, "s", _path);
        return repository;
    }

    private static IEnumerable<string> Changed(ImageComparison comparison) => comparison.Volumes.SelectMany(volume => volume.Changes)
        .Where(change => !change.IsMetadataOnly).Select(change => Encoding.UTF8.GetString(change.Path.Span))
        .Order(StringComparer.Ordinal);

    private string Dump(Repository repository, string name)
    {
        using OpenSession session = repository.Sessions.Open(name);
        byte[] bytes = new byte[session.Disks[0].Length];
        session.Disks[0].ReadExactly(0, bytes);
        string path = _repository.Files[$"{name}.dump"];
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
