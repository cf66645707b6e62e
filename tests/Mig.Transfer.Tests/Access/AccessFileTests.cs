using Mig.Core;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Transfer.Access;

namespace Mig.Transfer.Tests.Access;

public class AccessFileTests
{
    private static readonly DateTimeOffset Now = new(2026, 9, 21, 0, 0, 0, TimeSpan.Zero);
    private static readonly FixedClock Clock = new(Now);

    [Fact]
    public void TokenIsItsHashAndLetsInWhoHasIt()
    {
        var ada = NewToken.Create("ada", ["write lab/*", "delete lab/scratch refs/heads/**"]);
        var ci = NewToken.Create("ci", ["read"]);
        AccessFile file = Parse(ada.Section + ci.Section);
        Assert.Equal(["ada", "ci"], file.Names);
        Assert.Equal("ada", file.Authenticate(ada.Token, Now)!.Name);
        Assert.Equal("ci", file.Authenticate(ci.Token, Now)!.Name);
        Assert.DoesNotContain(ada.Token, ada.Section, StringComparison.Ordinal);
        Assert.Contains(Tool.RunWithInput("sha256sum", ada.Token).Split(' ')[0], ada.Section, StringComparison.Ordinal);

        foreach (string wrong in (string[])[
            "", "mig_", ada.Token[..^1], ada.Token + "x", ada.Token.ToUpperInvariant(), AccessTokenText.Create()])
            Assert.Null(file.Authenticate(wrong, Now));
        Assert.Null(file.Anonymous);
    }

    [Fact]
    public void TokensAreNeverTheSameAndWellFormed()
    {
        string[] tokens = [.. Enumerable.Range(0, 1000).Select(_ => AccessTokenText.Create())];
        Assert.Equal(1000, tokens.Distinct().Count());
        Assert.All(tokens, token => Assert.True(AccessTokenText.IsWellFormed(token)));
    }

    [Fact]
    public void WordThatSomebodyChoseIsNoToken()
    {
        AccessFile file = Parse($"[token \"weak\"]\nhash = {Convert.ToHexStringLower(AccessTokenText.Hash("password"))}\nallow = admin\n");
        Assert.Null(file.Authenticate("password", Now));
    }

    [Fact]
    public void OldAndNewTokenCountWhileOneIsReplaced()
    {
        string first = AccessTokenText.Create(), second = AccessTokenText.Create();
        AccessFile file = Parse($"[token \"ci\"]\nhash = {Hash(first)}\nhash = {Hash(second)}\nallow = read\n");
        Assert.NotNull(file.Authenticate(first, Now));
        Assert.NotNull(file.Authenticate(second, Now));
    }

    [Fact]
    public void TokenStopsToCountWhenItExpires()
    {
        var token = NewToken.Create("ci", ["read"], Now);
        AccessFile file = Parse(token.Section);
        Assert.NotNull(file.Authenticate(token.Token, Now.AddSeconds(-1)));
        Assert.Null(file.Authenticate(token.Token, Now));
    }

    [Theory]
    [InlineData("read lab/*", "lab/web", true, "")]
    [InlineData("read lab/*", "lab/web/deep", false, "")]
    [InlineData("read lab/**", "lab/web/deep", true, "")]
    [InlineData("read lab/*", "other/web", false, "")]
    [InlineData("read lab/*", "lab/../secret", false, "")]
    [InlineData("read", "lab/../secret", false, "")]
    [InlineData("read **", "/etc", false, "")]
    [InlineData("read lab/w*b", "lab/web", true, "")]
    [InlineData("read lab/w*b", "lab/webs", false, "")]
    [InlineData("write lab/* refs/heads/ci/*", "lab/web", true, "Create FastForward")]
    [InlineData("force lab/* refs/heads/ci/*", "lab/web", true, "Create FastForward Force")]
    [InlineData("delete lab/* refs/heads/ci/*", "lab/web", true, "Delete")]
    [InlineData("write,delete lab/* refs/heads/ci/*", "lab/web", true, "Create FastForward Delete")]
    [InlineData("write lab/* refs/heads/*", "lab/web", true, "")]
    [InlineData("write lab/* refs/heads/**", "lab/web", true, "Create FastForward")]
    [InlineData("write lab/* refs/tags/**", "lab/web", true, "")]
    [InlineData("admin lab/*", "lab/web", true, "Create FastForward Force Delete")]
    [InlineData("admin lab/*", "other/web", false, "")]
    public void RightsHoldForWhatTheyName(string allow, string repository, bool mayRead, string mayUpdate)
    {
        var rights = new AccessRights("ada", [AccessGrant.Parse(allow)]);
        Assert.Equal(mayRead, rights.MayRead(repository).IsAllowed);
        RefName ci = RefName.Branch("ci/nightly");
        IEnumerable<RefUpdateKind> kinds = Enum.GetValues<RefUpdateKind>().Where(kind => rights.MayUpdate(repository, ci, kind).IsAllowed);
        Assert.Equal(mayUpdate, string.Join(' ', kinds));
        Assert.Equal(allow.StartsWith("admin", StringComparison.Ordinal) && mayRead, rights.MayAdminister(repository).IsAllowed);
    }

    [Fact]
    public void RefusalSaysWhoWhatAndWhichRight()
    {
        var rights = new AccessRights("ada", [AccessGrant.Parse("write lab/*")]);
        Assert.Equal("'ada' may not force refs/heads/main of lab/web, which needs the right 'force'",
            rights.MayUpdate("lab/web", RefName.Branch("main"), RefUpdateKind.Force).Refusal);
        Assert.Equal("'ada' may not read other", rights.MayRead("other").Refusal);
        Assert.True(AccessRights.Unlimited.MayUpdate("any/where", RefName.Branch("main"), RefUpdateKind.Delete).IsAllowed);
    }

    [Fact]
    public void AnonymousMayWhatTheFileSays()
    {
        AccessFile file = Parse("[anonymous]\nallow = read public/*\n");
        Assert.True(file.Anonymous!.MayRead("public/debian").IsAllowed);
        Assert.False(file.Anonymous.MayRead("lab/web").IsAllowed);
    }

    [Theory]
    [InlineData("[token \"a\"]\nallow = read\n", "line 2", "token 'a' has no hash")]
    [InlineData("[token \"a\"]\nhash = abc\n", "line 2", "64 hexadecimal digits")]
    [InlineData("[token \"a\"]\n\nhash = HASH\nallow = reed\n", "line 4",
        "'reed' is no right; there are read, write, force, delete, admin")]
    [InlineData("[token \"a\"]\nhash = HASH\nallow\n", "line 3", "has 0 words")]
    [InlineData("[token \"a\"]\nhash = HASH\nallow = read lab/* refs/heads/main x\n", "line 3", "has 4 words")]
    [InlineData("[token \"a\"]\nhash = HASH\nallow = read lab/* refs/heads/main\n", "line 3", "reading is for a whole repository")]
    [InlineData("[token \"a\"]\nhash = HASH\nallow = admin lab/* refs/heads/main\n", "line 3", "admin is for a whole repository")]
    [InlineData("[token \"a\"]\nhash = HASH\nallow = write lab/* main\n", "line 3", "begin with refs/")]
    [InlineData("[token \"a\"]\nhash = HASH\nallow = write /lab\n", "line 3", "empty part")]
    [InlineData("[token \"a\"]\nhash = HASH\nallow = write ../lab\n", "line 3", "'..'")]
    [InlineData("[token \"a\"]\nhash = HASH\nallow = write lab**\n", "line 3", "** stands alone")]
    [InlineData("[token \"a\"]\nhash = HASH\nexpires = some day\n", "line 3", "'some day' is no time")]
    [InlineData("[token \"a\"]\nhash = HASH\nallows = read\n", "line 3", "there are hash, allow and expires")]
    [InlineData("[token]\nhash = HASH\n", "line 2", "there are [token \"NAME\"] and [anonymous]")]
    [InlineData("[tokens \"a\"]\nhash = HASH\n", "line 2", "there are [token \"NAME\"] and [anonymous]")]
    [InlineData("[anonymous]\nhash = HASH\n", "line 2", "there is allow")]
    [InlineData("[token \"a\"]\nhash = HASH\n[token \"b\"]\nhash = HASH\n", "line 4", "have the same hash")]
    [InlineData("[token \"a\"\n", "line 1", "")]
    public void MistakeIsNamedWithItsLine(string text, string line, string words)
    {
        var error = Assert.Throws<UsageException>(() => Parse(text.Replace("HASH", new string('a', 64), StringComparison.Ordinal)));
        Assert.StartsWith("access.conf", error.Message, StringComparison.Ordinal);
        Assert.Contains(line, error.Message, StringComparison.Ordinal);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "read")]
    [InlineData("a\"b", "read")]
    [InlineData("a b", "read")]
    [InlineData("ada", "reed")]
    public void NewTokenOfNonsenseIsRefused(string name, string allow) =>
        Assert.Throws<UsageException>(() => NewToken.Create(name, [allow]));

    [Fact]
    public void PatternTakesNoLongTimeWhateverItIsGiven()
    {
        var pattern = NamePattern.Parse(string.Concat(Enumerable.Repeat("*a", 200)) + "/**/x");
        Assert.False(pattern.Matches(new string('a', 100_000) + "/y"));
    }

    [Fact]
    public void ChangedFileCountsAndABrokenOneDoesNot()
    {
        using var folder = new TestFolder();
        var first = NewToken.Create("first", ["read"]);
        var second = NewToken.Create("second", ["read"]);
        string path = folder.Write("access.conf", first.Section);
        var reports = new List<string>();
        var watcher = new AccessFileWatcher(path, Clock, reports.Add);
        Assert.NotNull(watcher.Current.Authenticate(first.Token, Now));

        folder.Write("access.conf", second.Section + "\n");
        Assert.Null(watcher.Current.Authenticate(first.Token, Now));
        Assert.NotNull(watcher.Current.Authenticate(second.Token, Now));

        folder.Write("access.conf", "[token \"second\"]\nhash = no\n");
        Assert.NotNull(watcher.Current.Authenticate(second.Token, Now));
        Assert.NotNull(watcher.Current.Authenticate(second.Token, Now));
        Assert.Contains("line 2", Assert.Single(reports), StringComparison.Ordinal);

        File.Delete(path);
        Assert.NotNull(watcher.Current.Authenticate(second.Token, Now));
        Assert.Equal(2, reports.Count);

        folder.Write("access.conf", first.Section);
        Assert.NotNull(watcher.Current.Authenticate(first.Token, Now));
        Assert.Throws<UsageException>(() => new AccessFileWatcher(folder["missing"], Clock, reports.Add));
    }

    private static AccessFile Parse(string text) => AccessFile.Parse(text, "access.conf", Clock);

    private static string Hash(string token) => Convert.ToHexStringLower(AccessTokenText.Hash(token));
}
