using Mig.History.Images;
using Mig.History.Trees;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests.Trust;

/// <summary>
/// What a repository notes for itself counts where it was noted: not in a repository that somebody else has packed, and not for versions
/// that were received.
/// </summary>
public sealed class CarriedNotesTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly TestFolder _files = new();
    private readonly string _disk;

    public CarriedNotesTests()
    {
        _disk = TestDisks.FileSystem(_repository.Files, "disk.img", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk.img");
    }

    [Fact]
    public void Nothing_is_left_unread_because_a_repository_says_so_that_was_packed_elsewhere()
    {
        // Other bytes in a file whose size, times and place are as they were: what a quick commit takes for unchanged where it has seen the
        // file itself.
        string copy = _files["copy"], other = _files["other.img"];
        Tool.Run("cp", "-a", _repository.Folder, copy);
        File.Copy(_disk, other);
        long block = long.Parse(Tool.Run("debugfs", "-R", "bmap usr/large 3", other).Split('\n').First(line => line.Length > 0),
            System.Globalization.CultureInfo.InvariantCulture);
        using (FileStream stream = File.OpenWrite(other))
        {
            stream.Position = block * 4096;
            stream.Write("other bytes"u8);
        }

        File.Move(other, _disk, overwrite: true);
        Mig("--repo", copy, "commit", "--quick", "-m", "again", _disk);
        Mig("--repo", copy, "checkout", "HEAD", "--export", _files["copy.img"]);
        Judge.AssertSame(_disk, _files["copy.img"]);

        // The control: where the note was made, it counts.
        Assert.Contains("othing", Run("--repo", _repository.Folder, "commit", "--quick", "-m", "again", _disk).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_files_of_a_received_version_are_not_taken_over_because_its_disk_is_the_same()
    {
        Mig("--repo", _repository.Folder, "config", "receive.fsckObjects", "false");
        Mig("clone", "--bare", _repository.Folder, _files["attacker"]);
        Forgery.Commit(_files["attacker"], "main", (writer, image) => Forgery.With(image, disk => Forgery.WithRoot(disk, writer)));
        Mig("--repo", _files["attacker"], "push", _repository.Folder, "main");
        Mig("clone", "--bare", _repository.Folder, _files["victim"]);
        Assert.DoesNotContain("usr", Mig("--repo", _files["victim"], "ls", "HEAD:/"), StringComparison.Ordinal);
        foreach (string option in (string[])["--quick", "--no-verify"])
        {
            Run("--repo", _files["victim"], "commit", option, "-m", "what is really there", _disk);
            Assert.Contains("usr", Mig("--repo", _files["victim"], "ls", "HEAD:/"), StringComparison.Ordinal);
        }

        Mig("--repo", _files["victim"], "checkout", "HEAD", "--export", _files["out.img"]);
        Judge.AssertSame(_disk, _files["out.img"]);
    }

    public void Dispose()
    {
        _repository.Dispose();
        _files.Dispose();
    }

    private static (int ExitCode, string Output) Run(params string[] arguments) => MigProgram.Finish(MigProgram.Start([], arguments));

    private static string Mig(params string[] arguments)
    {
        (int exitCode, string output) = Run(arguments);
        Assert.True(exitCode == 0, $"mig {string.Join(' ', arguments)} ended with {exitCode}: {output}");
        return output;
    }
}
