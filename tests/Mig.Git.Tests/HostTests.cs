using Mig.Core;
using Mig.Git.Hosts;
using Mig.Testing;

namespace Mig.Git.Tests;

/// <summary>Publishing to a host: what arrives there is what a folder would have.</summary>
public class HostTests
{
    [Fact]
    public void FilesAndForwardMoves()
    {
        using var machine = new Machine();
        Tool.Run("git", "init", "-q", "--bare", "-b", "main", machine.Files["host.git"]);
        string url = $"file://{machine.Files["host.git"]}";
        Assert.Equal(1, Push(machine, url).NewVersions);
        machine.Write("main", "etc/hostname", "web\n");
        Assert.False(Assert.Single(Push(machine, url).Changes).IsForced);
        Assert.Empty(Push(machine, url).Changes);
        machine.Export("out.git");
        Assert.Equal(machine.Git("out.git", "rev-parse", "main"), machine.Git("host.git", "rev-parse", "main"));
        Assert.Equal("", machine.Git("host.git", "fsck", "--strict", "--no-dangling"));

        // What somebody put there stays, unless it is taken in or replaced.
        string mine = machine.Git("host.git", "commit-tree", "-p", "main", "-m", "mine", "main^{tree}").Trim();
        machine.Git("host.git", "update-ref", "refs/heads/main", mine);
        machine.Write("main", "etc/hostname", "db\n");
        Assert.Throws<ConflictException>(() => Push(machine, url));
        Assert.Equal(mine, machine.Git("host.git", "rev-parse", "main").Trim());
        Assert.Equal("main", Assert.Single(machine.Import("host.git").Edits).Branch);
        Assert.True(Assert.Single(Push(machine, url).Changes).IsForced);
    }

    [Fact]
    public void OverSsh()
    {
        using var server = new SshServer();
        using var machine = new Machine();
        Tool.Run("git", "init", "-q", "--bare", "-b", "main", machine.Files["host.git"]);
        string url = $"ssh://127.0.0.1:{server.Port}{machine.Files["host.git"]}";
        Tool.Run("env", $"GIT_SSH_COMMAND={server.ClientCommand}", "MIG_COMMITTER_NAME=C", "MIG_COMMITTER_EMAIL=c@example.org",
            BuiltProgram.Path, "--repo", machine.Folder, "git", "export", url);
        machine.Export("out.git");
        Assert.Equal(machine.Git("out.git", "rev-parse", "main"), machine.Git("host.git", "rev-parse", "main"));
    }

    [Fact]
    public void OverHttpsWithALogin()
    {
        using var machine = new Machine();
        Tool.Run("git", "init", "-q", "--bare", "-b", "main", machine.Files["host.git"]);
        machine.Git("host.git", "config", "http.receivepack", "true");
        using var host = new HttpsHost(machine.Files);
        string here = $"localhost:{host.Port}/host.git";
        Assert.Contains("GIT-001", Export(machine, host, $"https://me:wrong@{here}", code: 23), StringComparison.Ordinal);
        Assert.Contains("refs/heads/main", Export(machine, host, $"https://me:{HttpsHost.Password}@{here}", code: 0),
            StringComparison.Ordinal);
        machine.Export("out.git");
        Assert.Equal(machine.Git("out.git", "rev-parse", "main"), machine.Git("host.git", "rev-parse", "main"));

        // What git credential knows is as good, and none of it is stored.
        machine.Write("main", "etc/hostname", "web\n");
        machine.Files.Write("gitconfig", $"[credential]\n helper = \"!f() {{ echo username=me; echo password={HttpsHost.Password}; }}; "
            + $"f\"\n");
        Assert.Contains("refs/heads/main", Export(machine, host, $"https://{here}", code: 0), StringComparison.Ordinal);
        Assert.Equal(1, Tool.Try("grep", "-r", HttpsHost.Password, machine.Folder).ExitCode);

        // A certificate that nobody vouches for ends it.
        (int code, string output) = Tool.Try(BuiltProgram.Path, "--repo", machine.Folder, "git", "export",
            $"https://me:{HttpsHost.Password}@{here}");
        Assert.Equal(23, code);
        Assert.Contains("certificate", output, StringComparison.Ordinal);
    }

    [Fact]
    public void HostsThatAreNotThereOrSayNo()
    {
        using var machine = new Machine();
        Assert.Equal("GIT-001", Assert.Throws<RemoteException>(() => Push(machine, $"file://{machine.Files["missing.git"]}")).Code);
        Assert.Equal("GIT-001", Assert.Throws<RemoteException>(() => Push(machine, "http://127.0.0.1:1/x.git")).Code);
        Assert.Throws<UsageException>(() => Push(machine, "gopher://127.0.0.1/x.git"));
    }

    [Fact]
    public void HostThatRefusesABranch()
    {
        using var server = new SshServer();
        using var machine = new Machine();
        Tool.Run("git", "init", "-q", "--bare", "-b", "main", machine.Files["host.git"]);
        machine.Files.Write("host.git/hooks/update", "#!/bin/sh\necho protected >&2; exit 1\n");
        Tool.Run("chmod", "+x", machine.Files["host.git/hooks/update"]);
        (int code, string output) = Tool.Try("env", $"GIT_SSH_COMMAND={server.ClientCommand}", BuiltProgram.Path, "--repo", machine.Folder,
            "git", "export", $"ssh://127.0.0.1:{server.Port}{machine.Files["host.git"]}");
        Assert.Equal(23, code);
        Assert.Contains("GIT-002", output, StringComparison.Ordinal);
        Assert.Contains("refs/heads/main", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://host/x", true)]
    [InlineData("git@host:team/x.git", true)]
    [InlineData("ssh://host/x", true)]
    [InlineData("file:///x", true)]
    [InlineData("../x.git", false)]
    [InlineData("/srv/a:b", false)]
    [InlineData("./a:b", false)]
    [InlineData("C:\\x", false)]
    public void AddressesAndPaths(string target, bool isAddress) => Assert.Equal(isAddress, GitExporter.IsAddress(target));

    [Fact]
    public void PasswordIsNotPartOfTheAddress()
    {
        GitAddress address = GitAddress.TryParse("https://me:a%40b@host/x")!;
        Assert.Equal(("https://me@host/x", "me", "a@b"), (address.Url, address.User, address.Password));
    }

    private static string Export(Machine machine, HttpsHost host, string url, int code)
    {
        string[] environment = [$"SSL_CERT_FILE={host.Certificate}", $"GIT_CONFIG_GLOBAL={machine.Files["gitconfig"]}",
            "MIG_COMMITTER_NAME=C", "MIG_COMMITTER_EMAIL=c@example.org"];
        (int ended, string output) = Tool.Try("env", [.. environment, BuiltProgram.Path, "--repo", machine.Folder, "git", "export", url]);
        Assert.True(code == ended, output);
        return output;
    }

    private static GitExportReport Push(Machine machine, string url)
    {
        using Repository repository = machine.Open();
        return new GitExporter(repository, new GitExportOptions()).Push(url, TestContext.Current.CancellationToken);
    }
}
