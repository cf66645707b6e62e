using System.Diagnostics;
using System.Text;
using Mig.Core;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Hostile.Tests;

/// <summary>Disks and files that somebody writes to while mig reads them: what is stored would never have been there at one time.</summary>
public sealed class ChangingDiskTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_disk_that_changes_while_it_is_committed_is_refused()
    {
        string disk = Disk();
        string output = WhileFrozen(3, disk, () => Change(disk, 20 << 20), "commit", disk, "-m", "a version");
        Assert.Contains($"{disk} changed while it was read: it was last modified at ", output, StringComparison.Ordinal);
        Assert.Contains("--allow-changing", output, StringComparison.Ordinal);
        Assert.Equal(1, Run("log").ExitCode); // there is no version
        Assert.False(Directory.Exists(Path.Combine(_repository.Folder, "cache/stat")));

        // Left alone, it is taken; and read through the same stops, too.
        Assert.DoesNotContain("changed while", WhileFrozen(0, disk, () => { }, "commit", disk, "-m", "a version"),
            StringComparison.Ordinal);
        Judge.AssertSame(disk, _repository.Export("out"));
        Assert.Single(Directory.GetFiles(Path.Combine(_repository.Folder, "cache/stat")));
    }

    [Fact]
    public void A_disk_that_may_change_is_taken_and_noted()
    {
        string disk = Disk();
        string output = WhileFrozen(0, disk, () => Change(disk, 20 << 20), "commit", "--allow-changing", disk, "-m", "a version");
        Assert.Contains("changed while it was read", output, StringComparison.Ordinal);
        Assert.Contains("Note:   disk disk from raw, changed while it was read\n", Run("show").Output, StringComparison.Ordinal);
        Assert.Contains("\"provenance\":[\"disk disk from raw, changed while it was read\"]", Run("show", "--json").Output,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_repository.Folder, "cache/stat")));
        Assert.False(Directory.Exists(Path.Combine(_repository.Folder, "cache/free")));
        _repository.AssertClean();
    }

    [Theory]
    [InlineData("length")]
    [InlineData("shorter")]
    [InlineData("time put back")]
    public void Whatever_changes_shows(string how)
    {
        string disk = Disk();
        DateTime time = File.GetLastWriteTimeUtc(disk);
        WhileFrozen(
            3,
            disk,
            () =>
            {
                using (FileStream file = File.Open(disk, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                {
                    if (how == "time put back")
                        file.WriteByte(1);
                    else
                        file.SetLength(how == "shorter" ? 1 << 20 : 80 << 20);
                }

                File.SetLastWriteTimeUtc(disk, time);
            },
            "commit",
            disk,
            "-m",
            "a version");
    }

    [Fact]
    public void Each_file_that_a_disk_is_made_of_counts()
    {
        string disk = Disk(), top = _repository.Files["top.qcow2"];
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", disk, "-F", "raw", top);
        string output = WhileFrozen(3, disk, () => Change(disk, 0), "commit", top, "-m", "a version");
        Assert.Contains($"{disk} changed while it was read", output, StringComparison.Ordinal);

        string flat = _repository.Files["flat.vmdk"], extent = _repository.Files["flat-flat.vmdk"];
        Tool.Run("qemu-img", "convert", "-O", "vmdk", "-o", "subformat=monolithicFlat", disk, flat);
        output = WhileFrozen(3, extent, () => File.AppendAllText(flat, "# a line more\n"), "commit", flat, "-m", "a version");
        Assert.Contains($"{flat} changed while it was read: it had ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_in_the_same_tick_of_the_clock_is_a_change()
    {
        // The time of the file is that of this moment, so another write could leave it as it is.
        string file = _repository.Files.Write("file", new byte[100]);
        for (int i = 0; i < 20; i++)
        {
            Change(file, 0);
            using FileSource source = FileSource.OpenWatched(file);
            Assert.Null(source.FindChange());
            Change(file, 1);
            Assert.NotNull(source.FindChange());
        }
    }

    [Fact]
    public void A_disk_that_QEMU_has_open_for_writing_is_refused()
    {
        string disk = _repository.Files["d.qcow2"];
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", disk, "32M");
        Tool.Run("qemu-io", "-f", "qcow2", "-c", "write -P 5 1M 1M", disk);
        using (Open(disk))
        {
            Assert.Contains("Failed to get shared \"write\" lock", Tool.Try("qemu-img", "convert", "-O", "raw", disk, disk + ".raw").Output,
                StringComparison.Ordinal);
            (int exitCode, string output) = Run("commit", disk, "-m", "a version");
            Assert.Equal(3, exitCode);
            Assert.Contains($"{disk} is in use: another program holds QEMU's \"write\" lock on it", output, StringComparison.Ordinal);
            Assert.Contains("--allow-changing", output, StringComparison.Ordinal);
            Assert.Equal(0, Run("commit", disk, "-m", "a version", "--allow-changing").ExitCode);
            Assert.Contains("Note:   disk d.qcow2 from qcow2, in use while it was read\n", Run("show").Output, StringComparison.Ordinal);
            Assert.Contains("is in use", Run("status", disk).Output, StringComparison.Ordinal);
            Assert.Contains("is in use", Run("diff", "HEAD", disk).Output, StringComparison.Ordinal);
        }

        using (Open(disk, "-r"))
            Assert.Equal(0, Run("commit", disk, "-m", "again", "--allow-empty").ExitCode);
        Assert.DoesNotContain("Note:", Run("show").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_device_in_use_is_refused()
    {
        string image = TestDisks.FileSystem(_repository.Files, "image", "-t ext4 -b 4096", "24M");
        using var device = new LoopDevice(image);
        Assert.Equal(0, Run("commit", device.Path, "-m", "a version").ExitCode);
        string folder = Directory.CreateDirectory(_repository.Files["mounted"]).FullName;
        foreach ((string options, int expected) in new[] { ("rw", 3), ("ro", 0) })
        {
            Tool.Run("mount", "-o", options, device.Path, folder);
            try
            {
                (int exitCode, string output) = Run("commit", device.Path, "-m", "a version", "--allow-empty");
                Assert.True(exitCode == expected, output);
                if (expected != 0)
                    Assert.Contains($"{device.Path} is in use: it, or a part of it, is mounted at {folder}", output,
                        StringComparison.Ordinal);
            }
            finally
            {
                Tool.Run("umount", folder);
            }
        }

        string changed = WhileFrozen(3, device.Path, () =>
            Tool.Run("dd", "if=/dev/urandom", $"of={device.Path}", "bs=4096", "count=1", "seek=2000", "oflag=direct", "conv=notrunc",
            "status=none"), "commit", device.Path, "-m", "a version");
        Assert.Contains($"{device.Path} changed while it was read", changed, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_and_diff_warn()
    {
        string disk = Disk();
        Assert.Equal(0, Run("commit", disk, "-m", "a version").ExitCode);
        foreach (string verb in new[] { "status", "diff" })
            Assert.Contains("changed while it was read", WhileFrozen(null, disk, () => Change(disk, 20 << 20), verb, disk),
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("put")]
    [InlineData("put -a")]
    [InlineData("overlay")]
    [InlineData("overlay tar")]
    [InlineData("apply")]
    [InlineData("derive")]
    public void A_file_that_changes_while_it_is_put_into_a_version_is_refused(string verb)
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");
        string folder = Directory.CreateDirectory(_repository.Files["folder"]).FullName, file = Path.Combine(folder, "file"),
            tar = _repository.Files["layer.tar"];
        File.WriteAllBytes(file, [0, .. MixedBytes.Make(500_000, 1)]);
        Tool.Run("tar", "-C", folder, "-cf", tar, ".");
        _repository.Files.Write("changes", $"put {file} /file\n");
        _repository.Files.Write("hosts.csv", "name\nweb1\n");
        (string read, string[] arguments) = verb switch
        {
            "put" => (file, new[] { "put", file, "HEAD:/file" }),
            "put -a" => (file, ["put", "-a", folder, "HEAD:/folder"]),
            "overlay" => (file, ["overlay", "HEAD", folder]),
            "overlay tar" => (tar, ["overlay", "HEAD", tar]),
            "apply" => (file, ["apply", "HEAD", "-f", _repository.Files["changes"]]),
            _ => (file, ["derive", "HEAD", "--hosts", _repository.Files["hosts.csv"], "--template", folder]),
        };
        string output = WhileFrozen(3, read, () => Change(read, 300_000), arguments);
        Assert.Contains($"{read} changed while it was read", output, StringComparison.Ordinal);
        WhileFrozen(0, read, () => { }, arguments);
    }

    // What is not zero lies at both ends, so that it takes several reads.
    private string Disk()
    {
        string disk = _repository.Files.Sparse("disk", 64 << 20);
        using FileStream file = File.OpenWrite(disk);
        foreach (int offset in new[] { 0, 20 << 20, 60 << 20 })
        {
            file.Position = offset;
            file.Write(MixedBytes.Make(2 << 20, offset));
        }

        return disk;
    }

    private static void Change(string path, long offset)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = offset;
        int before = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(before + 1));
    }

    // The program stands before a read of a file that it has open, does what it was asked to, and goes on.
    private string WhileFrozen(int? expected, string path, Action act, params string[] arguments)
    {
        using var frozen = new FrozenProcess("pread64", path, 1, ["--repo", _repository.Folder, .. arguments]);
        Assert.True(frozen.IsFrozen);
        act();
        (int exitCode, string output) = frozen.Thaw();
        Assert.True(expected is null || expected == exitCode, $"{exitCode}: {output}");
        return output;
    }

    private static OpenDisk Open(string disk, params string[] options) => new(disk, options);

    private (int ExitCode, string Output) Run(params string[] arguments) =>
        MigProgram.Finish(MigProgram.Start([], ["--repo", _repository.Folder, .. arguments]));

    /// <summary>A disk that QEMU has open, until it is disposed of.</summary>
    private sealed class OpenDisk : IDisposable
    {
        private readonly Process _process;

        public OpenDisk(string disk, string[] options)
        {
            _process = Tool.Start("qemu-io", ["-f", "qcow2", .. options, disk]);
            _process.StandardInput.WriteLine("length");
            _process.StandardInput.Flush();
            var answer = new StringBuilder();
            while (!answer.ToString().Contains("32 MiB", StringComparison.Ordinal))
            {
                int next = _process.StandardOutput.Read();
                Assert.True(next >= 0, answer.ToString());
                answer.Append((char)next);
            }
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
