using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>Files that hold tokens or passwords are for their owner alone, from their first moment on, whatever the umask is.</summary>
public sealed class SecretFileTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private string Config => Path.Combine(_repository.Folder, "config");

    [Theory]
    [InlineData("http.https://images.example.token", "secret")]
    [InlineData("remote.origin.url", "https://ada:secret@images.example/lab")]
    [InlineData("remote.origin.pushurl", "https://:secret@images.example/lab")]
    [InlineData("url.https://ada:secret@images.example/.insteadOf", "lab:")]
    [InlineData("credential.helper", "!f() { echo password=secret; }; f")]
    public void ASettingThatIsASecretClosesTheFile(string key, string value)
    {
        Assert.Equal("644", Mode(Config));
        string said = Attack.Mig("--repo", _repository.Folder, "config", key, value).Ends(0, "only you may read it");
        Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
        Assert.Equal("600", Mode(Config));
        Attack.Mig("--repo", _repository.Folder, "config", "core.compression", "5").Ends(0);
        Assert.Equal("600", Mode(Config));

        string global = _repository.Files["global/config"];
        Attack.Mig(["MIG_CONFIG_GLOBAL=" + global], "config", "--global", key, value).Ends(0);
        Assert.Equal("600", Mode(global));
        Attack.Mig(["MIG_CONFIG_SYSTEM=" + _repository.Files["system"]], "config", "--system", key, value).Ends(2, "--global");
        Assert.False(File.Exists(_repository.Files["system"]));
    }

    [Theory]
    [InlineData("user.name", "Ada: a@b")]
    [InlineData("remote.origin.url", "https://ada@images.example/lab:x@y")]
    [InlineData("remote.origin.url", "ada@images.example:lab")]
    public void OtherSettingsLeaveTheModeAlone(string key, string value)
    {
        Attack.Mig("--repo", _repository.Folder, "config", key, value).Ends(0);
        Assert.Equal("644", Mode(Config));
        Tool.Run("chmod", "640", Config);
        Attack.Mig("--repo", _repository.Folder, "config", "core.compression", "5").Ends(0);
        Assert.Equal("640", Mode(Config));
    }

    [Fact]
    public void RemotesWithPasswordsCloseTheFile()
    {
        Attack.Mig("--repo", _repository.Folder, "remote", "add", "lab", "https://ada:secret@images.example/lab")
            .Ends(0, "only you may read it");
        Assert.Equal("600", Mode(Config));
        string log = Attack.Mig("--repo", _repository.Folder, "fetch", "lab").Result.Output;
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
    }

    [Fact]
    public void NobodyCanReadTheNewFileWhileItIsWritten()
    {
        // Every file that is created for it, as the kernel saw it.
        string trace = _repository.Files["trace"];
        MigProgram.Finish(MigProgram.Start(["strace", "-f", "-qq", "-e", "trace=openat,open,chmod,fchmod,fchmodat", "-o", trace], "--repo",
            _repository.Folder, "config", "http.https://images.example.token", "secret"));
        string created = Assert.Single(File.ReadAllLines(trace), line =>
            line.Contains("config.new", StringComparison.Ordinal) && line.Contains("O_CREAT", StringComparison.Ordinal));
        Assert.Contains("0600", created, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAccessFileIsMadeForTheServerAlone()
    {
        string tokens = _repository.Files["tokens"];
        Attack.Mig("token", "create", "a", "--append", tokens).Ends(0);
        Assert.Equal("600", Mode(tokens));
        Tool.Run("chmod", "640", tokens);
        Attack.Mig("token", "create", "b", "--append", tokens).Ends(0);
        Assert.Equal("640", Mode(tokens));
    }

    [Theory]
    [InlineData("600", null)]
    [InlineData("640", null)]
    [InlineData("644", "all users can read")]
    [InlineData("660", "other users can change")]
    public async Task AServerWarnsOfAnOpenAccessFile(string mode, string? warning)
    {
        string tokens = _repository.Files["tokens"];
        Attack.Mig("token", "create", "a", "--append", tokens).Ends(0);
        Tool.Run("chmod", mode, tokens);
        var warnings = new List<string>();
        var options = new Exchange.Serving.ServerOptions
        {
            Listen = new(System.Net.IPAddress.Loopback, 0), Root = _repository.Folder,
            AccessFile = tokens, Warn = warnings.Add
        };
        await using (await Mig.Exchange.Serving.RepositoryServer.StartAsync(
            options, TestRepository.Context, TestContext.Current.CancellationToken))
        {
            if (warning is null)
                Assert.Empty(warnings);
            else
                Assert.Contains(warning, Assert.Single(warnings), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AnAccessFileIsAFile()
    {
        Tool.Run("mkfifo", _repository.Files["tokens"]);
        Attack.Mig("serve", "--listen", "127.0.0.1:0", "--auth", _repository.Files["tokens"], _repository.Folder).Ends(2, "is not a file");
    }

    public void Dispose() => _repository.Dispose();

    private static string Mode(string path) => Tool.Run("stat", "-c", "%a", path).Trim();
}
