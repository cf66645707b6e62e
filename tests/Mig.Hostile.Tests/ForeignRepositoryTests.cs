using Mig.Exchange.Remotes;
using Mig.Exchange.Serving;
using Mig.History.Configuration;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>
/// A repository of another user, whose configuration and hooks run programs: refused as Git refuses it, until <c>safe.directory</c> allows
/// it.
/// </summary>
public sealed class ForeignRepositoryTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly string _work;
    private readonly string _folder;
    private readonly string _mark;

    public ForeignRepositoryTests()
    {
        TestDisks.FileSystem(_repository.Files, "disk.img", "-t ext4 -b 1024", "8M");
        _repository.Commit("disk.img");
        _work = _repository.Files["foreign"];
        _folder = Path.Combine(_work, ".mig");
        _mark = _repository.Files["mark"];
        new CloneOperation(new CloneOptions { Address = _repository.Folder, Directory = _work, BaseFolder = "/" }, TestRepository.Context)
            .Run(TestContext.Current.CancellationToken);
        string trap = Attack.Trap(_repository.Files["trap"], _mark);
        foreach (string hook in Exchange.Hooks.HookName.All)
            Attack.Trap(Path.Combine(_folder, "hooks", hook), _mark);
        (string, string)[] settings = [("core.sshCommand", trap), ("core.editor", trap), ("credential.helper", "!" + trap),
            ("safe.directory", "*"), ("safe.bareRepository", "all"), ("remote.origin.url", "ssh://host/nowhere")];
        Config.RepositoryFile(_folder)
            .Update(document => Array.ForEach(settings, setting => document.Set(ConfigKey.Parse(setting.Item1), setting.Item2)));
        Attack.GiveAway(_work);
    }

    public static TheoryData<string> Commands =>
    [
        "-C WORK log", "-C WORK fetch", "-C WORK tag -a v1", "-C WORK commit -m x DISK", "--repo WORK status", "--repo FOLDER log",
            "-C FOLDER log", "-C WORK config --list", "-C WORK config core.editor vi",
        "-C FOLDER/refs log", "-C WORK gc", "-C WORK rm HEAD:/etc/os-release -m x", "clone WORK CLONE", "ls-remote WORK",
        "--repo OWN fetch WORK", "--repo OWN push WORK main:x", "serve --stdio WORK",
        "serve --listen 127.0.0.1:0 --repo FOLDER",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void NothingOfItRuns(string command)
    {
        Attack.Mig(Words(command)).Ends(2, $"mig config --global --add safe.directory {_work}");
        Assert.False(File.Exists(_mark), "a program of the stranger was run");
        Assert.Equal($"{Attack.Stranger}", Tool.Run("stat", "-c", "%u", Path.Combine(_folder, "config")).Trim());
    }

    [Theory]
    [InlineData("WORK", true)]
    [InlineData("FOLDER", true)]
    [InlineData("WORK/", true)]
    [InlineData("*", true)]
    [InlineData("PARENT/*", true)]
    [InlineData("/*", true)]
    [InlineData("PARENT", false)]
    [InlineData("WORK/*", false)]
    [InlineData("foreign", false)]
    [InlineData("WOR", false)]
    public void ThoseWhoTrustItSaySo(string value, bool isAllowed)
    {
        string global = _repository.Files["global"];
        string parent = Path.GetDirectoryName(_work)!;
        Attack.Mig(["MIG_CONFIG_GLOBAL=" + global], "-C", _work, "config", "--global", "--add", "safe.directory",
            value.Replace("WORK", _work, StringComparison.Ordinal).Replace("FOLDER", _folder, StringComparison.Ordinal)
            .Replace("PARENT", parent, StringComparison.Ordinal).Replace("WOR", _work[..^1], StringComparison.Ordinal)).Ends(0);
        string[] trusting = ["MIG_CONFIG_GLOBAL=" + global];
        Attack.Mig(trusting, "-C", _work, "log").Ends(isAllowed ? 0 : 2);
        Assert.False(File.Exists(_mark));
        if (!isAllowed)
            return;
        Attack.Mig(trusting, "-C", _work, "commit", "-m", "x", _repository.Files["disk.img"]);
        Assert.True(File.Exists(_mark), "whoever trusts a repository has its hooks run");
    }

    [Fact]
    public void TheCommandLineAndTheEnvironmentMayTrust()
    {
        Attack.Mig("-c", "safe.directory=" + _work, "-C", _work, "log").Ends(0);
        Attack.Mig(["MIG_CONFIG_COUNT=1", "MIG_CONFIG_KEY_0=safe.directory", "MIG_CONFIG_VALUE_0=" + _work], "-C", _work, "log").Ends(0);
        Attack.Mig("-c", "safe.directory=" + _work, "-c", "safe.directory=", "-C", _work, "log").Ends(2, "safe.directory");
        Attack.Mig("-c", $"safe.directory={_work}", "clone", _work, _repository.Files["clone"]).Ends(0);
    }

    [Fact]
    public void TheUserBehindSudoIsTheSameUser()
    {
        Attack.Mig(["SUDO_UID=" + Attack.Stranger], "-C", _work, "log").Ends(0);
        Attack.Mig(["SUDO_UID=1235"], "-C", _work, "log").Ends(2, "safe.directory");

        // For root alone: others cannot say that they are somebody else.
        Attack.Mig(["SUDO_UID=0"], "-C", _work, "log").Ends(2, "safe.directory");
    }

    [Theory]
    [InlineData("")]
    [InlineData(".mig")]
    [InlineData(".mig/config")]
    [InlineData(".mig/hooks")]
    public void OnePartOfAnotherUserIsEnough(string part)
    {
        Tool.Run("chown", "-R", "0:0", _work);
        Attack.Mig("-C", _work, "log").Ends(0);
        Tool.Run("chown", $"{Attack.Stranger}", Path.Combine(_work, part));
        Attack.Mig("-C", _work, "log").Ends(2, $"belongs to user {Attack.Stranger}");
    }

    [Fact]
    public async Task AServerDoesNotServeIt()
    {
        Directory.CreateDirectory(_repository.Files["served"]);
        Attack.Mig("clone", "--bare", _repository.Folder, _repository.Files["served/own"]).Ends(0);
        Attack.Mig("clone", "--bare", _repository.Folder, _repository.Files["served/foreign"]).Ends(0);
        Attack.GiveAway(_repository.Files["served/foreign"]);
        var notices = new List<string>();
        var options = new ServerOptions { Listen = new(System.Net.IPAddress.Loopback, 0), Root = _repository.Files["served"] };
        await using RepositoryServer server = await RepositoryServer.StartAsync(
            options, TestRepository.Context with { Notice = notices.Add }, TestContext.Current.CancellationToken);
        Attack.Mig("ls-remote", $"{server.Address}own").Ends(0, "refs/heads/main");
        Attack.Mig("ls-remote", $"{server.Address}foreign").Ends(23, "there is no such repository");
        Attack.Mig("ls-remote", $"{server.Address}foreign").Ends(23);
        Assert.Contains("safe.directory", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherUserIsRefusedARepositoryOfRoot()
    {
        Tool.Run("chown", "-R", "0:0", _work);
        Tool.Run("chmod", "755", _repository.Files.Path);
        Attack.Said said = new(MigProgram.Finish(
            MigProgram.Start(["setpriv", "--reuid", "1234", "--regid", "1234", "--clear-groups", "env",
            "DOTNET_BUNDLE_EXTRACT_BASE_DIR=/nonexistent"], "-C", _work, "log")));
        said.Ends(2, "belongs to user 0, and this is user 1234");
    }

    public void Dispose() => _repository.Dispose();

    private string[] Words(string command) =>
        [.. command.Split(' ').Select(word =>
            word.Replace("WORK", _work, StringComparison.Ordinal).Replace("FOLDER", _folder, StringComparison.Ordinal)
            .Replace("DISK", _repository.Files["disk.img"], StringComparison.Ordinal).Replace(
            "CLONE", _repository.Files["clone"], StringComparison.Ordinal).Replace("OWN", _repository.Folder, StringComparison.Ordinal))];
}
