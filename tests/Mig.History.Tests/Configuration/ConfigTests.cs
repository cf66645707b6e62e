using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Configuration;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    public ConfigTests()
    {
        _environment["MIG_CONFIG_SYSTEM"] = _folder["system"];
        _environment["HOME"] = _folder["home"];
        _ = Directory.CreateDirectory(_folder["home/.config/mig"]);
        _ = Directory.CreateDirectory(_folder["repo"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nearer_settings_win()
    {
        File.WriteAllText(_folder["system"], "[a]\n\tx = system\n\ty = system\n\tz = system\n\tw = system\n");
        File.WriteAllText(_folder["home/.config/mig/config"], "[a]\n\ty = user\n\tz = user\n\tw = user\n");
        File.WriteAllText(_folder["repo/config"],
            "[a]\n\tz = repository\n\tw = repository\n[remote \"b\"]\n\turl = 1\n[remote \"a\"]\n\turl = 2\n");
        Config config = Load("A.W=command");
        Assert.Equal(["system", "user", "repository", "command"], new[] { "a.x", "a.y", "a.z", "a.w" }.Select(k => config.Get(k)));
        Assert.Equal(["system", "user", "repository", "command"], config.GetAll("a.w"));
        Assert.Equal(["b", "a"], config.Subsections("Remote"));
        Assert.Null(config.Get("a.none"));
        Assert.Equal(7, config.GetInteger("a.none", 7));
        _ = Assert.Throws<UsageException>(() => config.GetInteger("a.w", 7));
        Assert.Equal("user", new Config(Config.Load(null, Variable).Entries).Get("a.w"));
    }

    [Fact]
    public void The_environment_can_add_settings()
    {
        _environment["MIG_CONFIG_COUNT"] = "1";
        _environment["MIG_CONFIG_KEY_0"] = "core.compression";
        Assert.Contains("MIG_CONFIG_VALUE_0", Assert.Throws<UsageException>(() => Load()).Message, StringComparison.Ordinal);
        _environment["MIG_CONFIG_VALUE_0"] = "99";
        Assert.Contains("from 1 to 19", Assert.Throws<UsageException>(() => Load().GetInteger("core.compression", 3, 1, 19)).Message,
            StringComparison.Ordinal);
        Assert.Equal(99, Load().GetInteger("core.compression", 3));
        _environment["MIG_CONFIG_COUNT"] = "many";
        _ = Assert.Throws<UsageException>(() => Load());
    }

    [Fact]
    public void Xdg_moves_the_users_file()
    {
        Assert.Equal(_folder["home/.config/mig/config"], Config.UserFile(Variable)!.Path);
        _environment["XDG_CONFIG_HOME"] = _folder["xdg"];
        Assert.Equal(_folder["xdg/mig/config"], Config.UserFile(Variable)!.Path);
        Config.UserFile(Variable)!.Update(d => d.Set(ConfigKey.Parse("a.b"), "c"));
        Assert.Equal("[a]\n\tb = c\n", File.ReadAllText(_folder["xdg/mig/config"]));
        Assert.Equal(["config"], Directory.GetFileSystemEntries(_folder["xdg/mig"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Simultaneous_changes_are_all_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < 25; i++)
                Config.RepositoryFile(_folder["repo"]).Update(d => d.Add(ConfigKey.Parse("a.b"), $"{t}.{i}"));
        })));
        Assert.Equal(100, Load().GetAll("a.b").Distinct().Count());
    }

    [Fact]
    public void Changes_keep_links_and_modes_of_the_users_file_but_follow_none_in_a_repository()
    {
        File.WriteAllText(_folder["dotfile"], "[a]\n\tb = 1\n");
        File.SetUnixFileMode(_folder["dotfile"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _ = File.CreateSymbolicLink(_folder["home/.config/mig/config"], _folder["dotfile"]);
        Config.UserFile(Variable)!.Update(d => d.Set(ConfigKey.Parse("a.b"), "2"));
        Assert.NotNull(new FileInfo(_folder["home/.config/mig/config"]).LinkTarget);
        Assert.Equal("[a]\n\tb = 2\n", File.ReadAllText(_folder["dotfile"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["dotfile"]));
        _ = File.CreateSymbolicLink(_folder["repo/config"], _folder["dotfile"]);
        Assert.Equal("HIST-020", Assert.Throws<CorruptStoreException>(() => Load()).Code);
        Assert.Equal("HIST-020", Assert.Throws<CorruptStoreException>(() => Config.RepositoryFile(_folder["repo"]).Update(_ => { })).Code);
    }

    [Fact]
    public void What_is_no_text_is_refused()
    {
        File.WriteAllBytes(_folder["repo/config"], [0xFF]);
        Assert.Equal("HIST-020", Assert.Throws<CorruptStoreException>(() => Load()).Code);
        File.Delete(_folder["repo/config"]);
        Assert.Equal(0, GitRepository.Execute("mkfifo", _folder.Path, [], new Dictionary<string, string>(), "repo/config").Exit);
        Assert.Equal("HIST-020", Assert.Throws<CorruptStoreException>(() => Load()).Code);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a_b.c")]
    [InlineData("a.1b")]
    [InlineData("a.x\ny.b")]
    public void Malformed_names_are_refused(string name) => Assert.Throws<UsageException>(() => ConfigKey.Parse(name));

    private string? Variable(string name) => _environment.GetValueOrDefault(name);

    private Config Load(params string[] overrides) => Config.Load(_folder["repo"], Variable, overrides);
}
