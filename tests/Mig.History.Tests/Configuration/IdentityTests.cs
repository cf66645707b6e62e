using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Configuration;

public sealed class IdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FixedClock _clock = new(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.FromHours(2)));
    private readonly Dictionary<string, string> _environment = [];
    private string _config = "";

    public IdentityTests() => _environment["HOME"] = _folder.Path;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_place_is_asked_in_its_turn()
    {
        UsageException e = Assert.Throws<UsageException>(() => Ask().Author());
        Assert.Contains("mig config --global user.name \"Your Name\"\n  mig config --global user.email", e.Message,
            StringComparison.Ordinal);
        _ = Directory.CreateDirectory(_folder[".config/git"]);
        File.WriteAllText(_folder[".config/git/config"], "[user]\n\tname = Xdg\n\temail = xdg@x\n");
        Assert.Equal("Xdg <xdg@x> 1782900000 +0200", Ask().Author().ToString());
        File.WriteAllBytes(_folder[".gitconfig"], [.. "[include]\n\tpath = x\n[user]\n\tname = J"u8, 0xF6, .. "rg\n"u8]);
        Assert.Equal("Jörg <xdg@x>", Who());
        _environment["GIT_CONFIG_GLOBAL"] = _folder["other"];
        _ = Assert.Throws<UsageException>(() => Ask().Author());
        File.WriteAllText(_folder["other"], "[user]\n\tname = Other\n\temail = other@x\n");
        Assert.Equal("Other <other@x>", Who());
        _environment["GIT_AUTHOR_NAME"] = "Env";
        Assert.Equal("Env <other@x>", Who());
        Assert.Equal("Other", Ask().Committer().Name);
        _config = "[user]\n\tname = Mig\n";
        Assert.Equal("Mig <other@x>", Who());
        _config = "[user]\n\tname = Mig\n[author]\n\tname = Writer\n";
        Assert.Equal("Writer <other@x>", Who());
        _environment["MIG_AUTHOR_NAME"] = "First";
        _environment["MIG_AUTHOR_EMAIL"] = "<first@x>";
        Assert.Equal("First <first@x>", Who());
        Assert.Equal("Mig", Ask().Committer().Name);
    }

    [Theory]
    [InlineData("@1700000000 +0530", "1700000000 +0530")]
    [InlineData("1700000000 -0100", "1700000000 -0100")]
    [InlineData("@1700000000", "1700000000 +0200")]
    [InlineData("2026-01-31T12:00:00+01:00", "1769857200 +0100")]
    [InlineData("2026-01-31 12:00:00 +0100", "1769857200 +0100")]
    [InlineData("2026-01-31T12:00:00Z", "1769860800 +0000")]
    [InlineData("2026-01-31T12:00:00", "1769853600 +0200")]
    [InlineData("yesterday", null)]
    [InlineData("1700000000", null)]
    [InlineData("@-1 +0000", null)]
    [InlineData("@99999999999999 +0000", null)]
    [InlineData("@1 +2500", null)]
    public void Dates_are_seconds_or_iso(string text, string? expected)
    {
        _config = "[user]\n\tname = A\n\temail = a@b\n";
        _environment["MIG_COMMITTER_DATE"] = text;
        if (expected is null)
            Assert.Contains("MIG_COMMITTER_DATE", Assert.Throws<UsageException>(() => Ask().Committer()).Message, StringComparison.Ordinal);
        else
            Assert.Equal("A <a@b> " + expected, Ask().Committer().ToString());
    }

    private Identity Ask() => new(new Config(ConfigDocument.Parse(_config, "config", ConfigScope.User).Entries), name =>
        _environment.GetValueOrDefault(name), _clock);

    private string Who()
    {
        string text = Ask().Author().ToString();
        return text[..(text.IndexOf('>', StringComparison.Ordinal) + 1)];
    }
}
