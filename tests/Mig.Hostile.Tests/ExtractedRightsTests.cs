using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>
/// Rights that an image would give away on the host: whoever extracts without privileges gets none of them, whoever owns what.
/// </summary>
public sealed class ExtractedRightsTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Without_privileges_nothing_runs_as_its_owner()
    {
        Commit();
        Assert.Contains("4 set-id modes", Extract("--no-privileges"), StringComparison.Ordinal);
        string found = Tool.Run("find", _repository.Files["out"], "-printf", "%P %m %U\n");
        Assert.Contains("\nroot 755 0\n", found, StringComparison.Ordinal);
        Assert.Contains("\nlink 755 0\n", found, StringComparison.Ordinal);
        Assert.Contains("\ngroup 755 0\n", found, StringComparison.Ordinal);
        Assert.Contains("\nother 755 0\n", found, StringComparison.Ordinal);
        Assert.Contains("\nfolder 775 0\n", found, StringComparison.Ordinal);
        Assert.Contains("\nsticky 1777 0\n", found, StringComparison.Ordinal);
        Assert.DoesNotContain("device", found, StringComparison.Ordinal);
        Assert.Equal("", Tool.Run("getfattr", "--absolute-names", "-d", "-m", "security|trusted", _repository.Files["out/capable"]));
    }

    [Fact]
    public void With_privileges_all_is_as_it_was()
    {
        Commit();
        Assert.DoesNotContain("set-id", Extract(), StringComparison.Ordinal);
        string found = Tool.Run("find", _repository.Files["out"], "-printf", "%P %m %U\n");
        Assert.Contains("\nroot 4755 0\n", found, StringComparison.Ordinal);
        Assert.Contains("\nother 4755 1234\n", found, StringComparison.Ordinal);
        Assert.Contains("\nfolder 2775 0\n", found, StringComparison.Ordinal);
        Assert.Contains("security.capability",
            Tool.Run("getfattr", "--absolute-names", "-d", "-m", "security", _repository.Files["out/capable"]), StringComparison.Ordinal);
    }

    private string Extract(params string[] options)
    {
        (int exitCode, string output) = MigProgram.Finish(
            MigProgram.Start([], ["--repo", _repository.Folder, "extract", .. options, "HEAD:/", _repository.Files["out"]]));
        Assert.True(exitCode == 0, output);
        return output;
    }

    private void Commit()
    {
        string disk = _repository.Files["disk"];
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", disk, "16M");
        using (var mount = new LoopMount(disk, "rw"))
        {
            Tool.Run("sh", "-euc", """
                cd "$0"; for name in root group other capable; do echo x > $name; done; mkdir folder sticky; ln root link
                chown 1234 other; chmod 4755 root other; chmod 2755 group; chmod 2775 folder; chmod 1777 sticky; mknod device c 1 3
                setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 capable; setfattr -n trusted.mine -v x capable
                """, mount.Path);
        }

        _repository.Commit("disk");
    }
}
