using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>The commands over the user's own ssh, to a real sshd.</summary>
public sealed class SshCommandTests : IDisposable
{
    private readonly TestRepository _there = new();
    private readonly TestFolder _files = new();
    private readonly SshServer _server = new();

    private string Url => $"ssh://127.0.0.1:{_server.Port}{_there.Folder}";

    [Fact]
    public void Clone_push_and_pull_go_over_ssh()
    {
        TestDisks.FileSystem(_there.Files, "disk.img", "-t ext4 -b 1024", "16M");
        _there.Commit("disk.img");
        string one = _files["one"], two = _files["two"];
        Mig("clone", Url, one);
        Mig("clone", Url, two);
        TestDisks.FileSystem(_files, "other.img", "-t ext4 -b 1024", "16M");
        Mig("--repo", one, "commit", _files["other.img"], "-m", "another");
        Assert.Contains("main -> main", Mig("--repo", one, "push"), StringComparison.Ordinal);
        Mig("--repo", two, "pull");
        Mig("--repo", two, "checkout", "HEAD", "--export", _files["out.img"]);
        Judge.AssertSame(_files["other.img"], _files["out.img"]);
        _ = Mig("--repo", two, "fsck");
        Assert.Empty(_there.Check().Problems);
    }

    [Fact]
    public void What_ssh_cannot_do_is_said()
    {
        (int exitCode, string output) = Try("clone", Url + "-that-is-not-there", _files["none"]);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("is not a mig repository", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_files["none"]));
        (exitCode, output) = Tool.Try(MigProgram.Path, "-c", "core.sshCommand=" + _server.ClientCommand, "-c",
            "remote.origin.serve=/nonexistent/mig", "clone", Url, _files["none"]);
        Assert.Equal(23, exitCode);
        Assert.Contains("mig -c remote.origin.serve=/path/to/mig clone", output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _server.Dispose();
        _there.Dispose();
        _files.Dispose();
    }

    private string Mig(params string[] arguments)
    {
        (int exitCode, string output) = Try(arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }

    private (int ExitCode, string Output) Try(params string[] arguments) => MigProgram.Finish(MigProgram.Start(
        [],
        ["-c", "core.sshCommand=" + _server.ClientCommand, "-c",
            $"remote.origin.serve=DOTNET_ROOT={Environment.GetEnvironmentVariable("DOTNET_ROOT")} {MigProgram.Path}", .. arguments]));
}
