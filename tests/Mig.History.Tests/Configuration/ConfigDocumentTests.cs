using System.Text;
using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Configuration;

public sealed class ConfigDocumentTests
{
    private const string Sample =
        "# top\n[core]\n\tbare = false ; said once\n  Compression=3\n[Remote \"Ori\\\"gin\"] url = \"a b\" c\n\tfetch = one\n\tfetch = "
        + "t\\\n  wo\n\n; end\n[empty]\n\tflag\n";

    [Fact]
    public void Settings_are_read_with_gits_rules_of_case_quotes_and_comments()
    {
        ConfigDocument document = Parse(Sample);
        Assert.Equal(["core.bare=false", "core.compression=3", "remote.Ori\"gin.url=a b c", "remote.Ori\"gin.fetch=one",
            "remote.Ori\"gin.fetch=t  wo", "empty.flag="], document.Entries.Select(e => $"{e.Key}={e.Value}"));
        Assert.Equal(["false"], document.GetAll(ConfigKey.Parse("CORE.Bare")));
        Assert.Empty(document.GetAll(ConfigKey.Parse("remote.ori\"gin.url")));
        Assert.Equal(4, document.Entries[1].Line);
    }

    [Fact]
    public void Changes_leave_the_rest_alone()
    {
        ConfigDocument document = Parse(Sample);
        document.Set(ConfigKey.Parse("core.bare"), "true");
        document.Set(ConfigKey.Parse("core.compression"), "9");
        document.Set(ConfigKey.Parse("empty.flag"), "x # y");
        document.Add(ConfigKey.Parse("remote.Ori\"gin.fetch"), "three");
        document.Set(ConfigKey.Parse("user.name"), " Ada ");
        Assert.Equal(
            "# top\n[core]\n\tbare = true ; said once\n  Compression= 9\n[Remote \"Ori\\\"gin\"] url = \"a b\" c\n\tfetch = one\n\tfetch "
            + "= t\\\n  wo\n\tfetch = three\n\n; end\n[empty]\n\tflag = \"x # y\"\n[user]\n\tname = \" Ada \"\n", document.ToString());
        _ = Assert.Throws<ConflictException>(() => document.Set(ConfigKey.Parse("remote.Ori\"gin.fetch"), "x"));
        document.ReplaceAll(ConfigKey.Parse("remote.Ori\"gin.fetch"), "only");
        Assert.Equal(1, document.Unset(ConfigKey.Parse("empty.flag")));
        Assert.Equal(1, document.Unset(ConfigKey.Parse("user.name")));
        Assert.Equal(0, document.Unset(ConfigKey.Parse("user.name")));
        Assert.Equal(
            "# top\n[core]\n\tbare = true ; said once\n  Compression= 9\n[Remote \"Ori\\\"gin\"] url = \"a b\" c\n\tfetch = only\n\n; "
                + "end\n", document.ToString());
    }

    [Fact]
    public void Sections_are_renamed_and_removed()
    {
        ConfigDocument document = Parse("[branch \"a\"] # keep\n\tx = 1\n[o]\n\ty = 2\n[branch \"a\"]\n\tz = 3\n");
        Assert.True(document.RenameSection("branch", "a", "branch", "b\\\"c"));
        Assert.Equal("[branch \"b\\\\\\\"c\"] # keep\n\tx = 1\n[o]\n\ty = 2\n[branch \"b\\\\\\\"c\"]\n\tz = 3\n", document.ToString());
        Assert.False(document.RenameSection("branch", "a", "branch", "b"));
        Assert.True(document.RemoveSection("Branch", "b\\\"c"));
        Assert.Equal("[o]\n\ty = 2\n", document.ToString());
    }

    [Theory]
    [InlineData("x = 1", "line 1: a setting must stand below a [section]")]
    [InlineData("[a]\n= 1", "line 2: '=' cannot begin a line")]
    [InlineData("[a\nb = 1", "line 1: a section header must end with ']'")]
    [InlineData("[]\n", "needs a name")]
    [InlineData("[a \"b]\n", "must end with '\"'")]
    [InlineData("[a b]\n", "between double quotes")]
    [InlineData("[a]\nb = \"c\nd", "line 2: a quoted value must end")]
    [InlineData("[a]\nb = \\q", "\\q means nothing")]
    [InlineData("[a]\nb ; c", "'=' must follow 'b', not ';'")]
    [InlineData("[a]\nb = \0", "NUL")]
    public void Errors_say_where_and_what(string text, string message)
    {
        CorruptStoreException e = Assert.Throws<CorruptStoreException>(() => Parse(text));
        Assert.Equal("HIST-020", e.Code);
        Assert.Contains("test.config: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        _ = Assert.Throws<UsageException>(() => ConfigDocument.Parse(text, "test.config", ConfigScope.User));
    }

    [Fact]
    public void Git_reads_every_value_that_mig_writes_and_the_other_way()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(8);
        string text = "; a file\n";
        for (int i = 0; i < 120; i++)
        {
            string subsection = Samples.Text(random, 5, "aB.\\\" é[]#");
            string key = (random.Next(2) == 0 ? "sec" : $"sec.{subsection}") + $".k{random.Next(4)}";
            string value = Samples.Text(random, 8, "ab \t\n\"\\#;='é=\r");
            if (random.Next(2) == 0)
            {
                ConfigDocument document = Parse(text);
                if (random.Next(3) == 0)
                    _ = document.Unset(ConfigKey.Parse(key));
                else
                    document.ReplaceAll(ConfigKey.Parse(key), value);
                text = document.ToString();
            }
            else
            {
                // git 2.39 loses the carriage return before the line break that it writes itself.
                File.WriteAllText(folder["config"], text);
                Git(folder, "--replace-all", key, value.Replace("\r", "", StringComparison.Ordinal));
                text = File.ReadAllText(folder["config"]);
            }

            Assert.Equal(ListByGit(folder, text)!, ListByMig(text));
        }

        // Negative control: a comparison that could not fail would not notice this.
        Assert.NotEqual(ListByGit(folder, text + "[sec]\n\tmore = 1\n")!, ListByMig(text));
    }

    [Fact]
    public void Git_and_mig_agree_about_damaged_files()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(9);
        int agreedToRefuse = 0;
        byte[][] all = [.. Damage.Of(Encoding.UTF8.GetBytes(Sample))];
        foreach (byte[] damaged in all)
            _ = Text(damaged) is { } text ? ListByMig(text) : null;
        random.Shuffle(all);
        foreach (byte[] damaged in all.Take(500))
        {
            // Refused by mig alone: bytes that are no text.
            if (Text(damaged) is not { } text || text.Contains('\0', StringComparison.Ordinal))
                continue;
            // Nor does mig take a setting outside of all sections, for which nobody could ask.
            if (IsOutsideSections(text))
                continue;
            // Between words git 2.39 turns tabs into spaces; newer ones, and mig, leave them.
            string? mine = ListByMig(text)?.Replace('\t', ' ');
            string? theirs = ListByGit(folder, text)?.Replace('\t', ' ');
            Assert.True(mine == theirs, $"git reads {theirs ?? "nothing"}, mig {mine ?? "nothing"} in\n{text}");
            agreedToRefuse += mine is null ? 1 : 0;
        }

        Assert.InRange(agreedToRefuse, 20, 480);
    }

    [Theory]
    [InlineData("1k", 1024L)]
    [InlineData("-2M", -2L << 20)]
    [InlineData("3g", 3L << 30)]
    [InlineData("0", 0L)]
    [InlineData("", null)]
    [InlineData("k", null)]
    [InlineData("1kk", null)]
    [InlineData("1.5", null)]
    [InlineData("9999999999g", null)]
    public void Numbers_are_read_as_by_git(string text, long? value)
    {
        Assert.Equal(value is not null, ConfigValue.TryParseInteger(text, out long number));
        Assert.Equal(value ?? 0, number);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config"], $"[a]\n\tb = {text}\n");
        (int exit, string output, _) = GitRepository.Execute(
            "git", folder.Path, [], new Dictionary<string, string>(), "config", "--file", "config", "--type=int", "a.b");
        Assert.Equal(value is null ? (128, "") : (0, $"{value}\n"), (exit, output));
    }

    [Theory]
    [InlineData("b = YES", true)]
    [InlineData("b = on", true)]
    [InlineData("b", true)]
    [InlineData("b =", false)]
    [InlineData("b = off", false)]
    [InlineData("b = 0", false)]
    [InlineData("b = 2", true)]
    [InlineData("b = maybe", null)]
    public void Truths_are_read_as_by_git(string line, bool? value)
    {
        string text = $"[a]\n\t{line}\n";
        var config = new Config(Parse(text).Entries);
        if (value is { } expected)
            Assert.Equal(expected, config.GetBoolean("a.b", !expected));
        else
            Assert.Contains("line 2", Assert.Throws<UsageException>(() => config.GetBoolean("a.b", false)).Message,
                StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config"], text);
        (int exit, string output, _) = GitRepository.Execute(
            "git", folder.Path, [], new Dictionary<string, string>(), "config", "--file", "config", "--type=bool", "a.b");
        Assert.Equal(value is null ? (128, "") : (0, value.Value ? "true\n" : "false\n"), (exit, output));
    }

    private static ConfigDocument Parse(string text) => ConfigDocument.Parse(text, "test.config", ConfigScope.Repository);

    private static string? Text(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsOutsideSections(string text)
    {
        try
        {
            _ = Parse(text);
            return false;
        }
        catch (CorruptStoreException e)
        {
            return e.Message.Contains("below a [section]", StringComparison.Ordinal);
        }
    }

    private static string? ListByMig(string text)
    {
        try
        {
            return string.Concat(Parse(text).Entries.Select(e => e.Value is null ? $"{e.Key}\0" : $"{e.Key}\n{e.Value}\0"));
        }
        catch (CorruptStoreException e)
        {
            Assert.Equal("HIST-020", e.Code);
            return null;
        }
    }

    private static string? ListByGit(TemporaryFolder folder, string text)
    {
        File.WriteAllText(folder["config"], text);
        (int exit, string output, _) =
            GitRepository.Execute("git", folder.Path, [], new Dictionary<string, string>(), "config", "--file", "config", "--list", "-z");
        return exit == 0 ? output : null;
    }

    private static void Git(TemporaryFolder folder, params string[] arguments)
    {
        (int exit, _, string errors) =
            GitRepository.Execute("git", folder.Path, [], new Dictionary<string, string>(), ["config", "--file", "config", .. arguments]);
        Assert.True(exit == 0, errors);
    }
}
