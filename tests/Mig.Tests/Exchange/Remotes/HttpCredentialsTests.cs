using Mig.Core;
using Mig.Exchange.Remotes.Credentials;
using Mig.History.Configuration;
using Mig.Testing;

namespace Mig.Tests.Exchange.Remotes;

public class HttpCredentialsTests
{
    private const string Host = "https://images.example/lab";

    [Fact]
    public void VariableGoesBeforeSettingsAndIsNotRepeatedAfterARefusal()
    {
        HttpCredentials credentials = Find(Host, ["http.https://images.example.token=setting"], token: " from variable\n");
        Assert.Equal("from variable", credentials.Get(wasRefused: false));
        Assert.Null(credentials.Get(wasRefused: true));
        Assert.Equal("setting", Find(Host, ["http.https://images.example.token=setting"]).Get(wasRefused: false));
    }

    [Theory]
    [InlineData("https://images.example/lab/web", "deep")]
    [InlineData("https://images.example/lab", "lab")]
    [InlineData("https://images.example/laboratory", "host")]
    [InlineData("https://images.example:443/", "host")]
    [InlineData("https://images.example:8443/", "port")]
    [InlineData("https://IMAGES.example/x", "host")]
    [InlineData("https://eu.images.example/", "star")]
    [InlineData("https://exact.images.example/lab/web", "exact")]
    [InlineData("https://ada@images.example/x", "ada")]
    [InlineData("https://bob@images.example/x", "host")]
    [InlineData("https://images.example.evil.example/", null)]
    [InlineData("https://evil.example/images.example", null)]
    [InlineData("https://example/", null)]
    public void LongestMatchWins(string url, string? token)
    {
        string[] settings =
        [
            "http.https://images.example/lab/web.token=deep", "http.https://images.example/lab/.token=lab",
                "http.https://images.example.token=host",
            "http.https://images.example:8443.token=port", "http.https://*.images.example/lab/web.token=star deep",
            "http.https://*.images.example.token=star",
            "http.https://exact.images.example.token=exact", "http.https://ada@images.example.token=ada",
            "http.http://images.example.token=plain",
            "http.token=for everybody, which is never sent",
        ];
        Assert.Equal(token, Find(url, settings).Get(wasRefused: false));
    }

    [Theory]
    [InlineData("http://images.example/", false)]
    [InlineData("http://192.0.2.1/", false)]
    [InlineData("http://localhost.images.example/", false)]
    [InlineData("http://127.0.0.1.nip.example/", false)]
    [InlineData("http://localhost:8320/", true)]
    [InlineData("http://127.0.0.1:8320/", true)]
    [InlineData("http://127.9.9.9/", true)]
    [InlineData("http://[::1]:8320/", true)]
    [InlineData("https://images.example/", true)]
    public void TokenDoesNotGoOverPlainHttpToAnotherMachine(string url, bool isSent)
    {
        Assert.Equal(isSent ? "secret" : null, Find(url, [], token: "secret").Get(wasRefused: false));
        if (!isSent)
            Assert.Contains("is not sent over plain http", Assert.Throws<UsageException>(() =>
                Find(url, [], token: "secret").Get(wasRefused: true)).Message, StringComparison.Ordinal);
        Assert.Equal("secret", Find(url, ["http.allowInsecureToken=true"], token: "secret").Get(wasRefused: false));
        Assert.Equal(isSent ? "secret" : null, Find(url, ["http.http://other.example.allowInsecureToken=true"], token: "secret")
            .Get(wasRefused: false));
    }

    [Fact]
    public void AdviceOfTheRefusalIsTheSettingThatHelps()
    {
        var refusal = Assert.Throws<UsageException>(() =>
            Find("http://images.example:8320/lab", [], token: "secret").Get(wasRefused: true));
        string command = refusal.Message.Split('\'')[1];
        string[] words = command.Split(' ');
        Assert.Equal(["mig", "config"], words[..2]);
        Assert.Equal("secret", Find("http://images.example:8320/lab", [$"{words[2]}={words[3]}"], token: "secret").Get(wasRefused: false));
    }

    [Fact]
    public void HelperOfMigGivesKeepsAndForgets()
    {
        using var folder = new TestFolder();
        string file = folder["credentials"];
        string[] settings = [$"credential.helper=store --file='{file}'"];
        Assert.Null(Find(Host, settings).Get(wasRefused: true));

        // What git credential-store has, as Git wrote it.
        Tool.RunWithInput("git", "protocol=https\nhost=images.example\nusername=ada\npassword=mig_one\n\n", "credential-store", "--file",
            file, "store");
        HttpCredentials credentials = Find(Host, settings);
        Assert.Null(credentials.Get(wasRefused: false));
        Assert.Equal("mig_one", credentials.Get(wasRefused: true));
        credentials.Accepted();
        Assert.Equal("https://ada:mig_one@images.example\n", File.ReadAllText(file));

        // Refused: it is forgotten, and nobody is there to give another one.
        Assert.Null(credentials.Get(wasRefused: true));
        Assert.Equal("", File.ReadAllText(file));
        Assert.Null(Find("https://elsewhere.example", settings).Get(wasRefused: true));
    }

    [Fact]
    public void GitsOwnHelpersAreAskedWhenMigHasNone()
    {
        using var folder = new TestFolder();
        string file = folder["credentials"];
        folder.Write("gitconfig", $"[credential]\n\thelper = store --file='{file}'\n");
        folder.Write("credentials", "https://ada:mig_one@images.example\n");
        HttpCredentials credentials = Find(Host, [], gitConfig: folder["gitconfig"]);
        Assert.Equal("mig_one", credentials.Get(wasRefused: true));
        credentials.Accepted();
        Assert.Null(credentials.Get(wasRefused: true));
        Assert.Equal("", File.ReadAllText(file));
    }

    [Fact]
    public void NobodyIsAskedWithoutATerminal()
    {
        using var folder = new TestFolder();
        folder.Write("askpass", $"#!/bin/sh\ntouch '{folder["asked"]}'\necho answer\n");
        Tool.Run("chmod", "755", folder["askpass"]);
        folder.Write("gitconfig", $"[core]\n\taskPass = {folder["askpass"]}\n");
        Assert.Null(Find(Host, [], gitConfig: folder["gitconfig"]).Get(wasRefused: true));
        Assert.False(File.Exists(folder["asked"]));

        // Git would have asked.
        Assert.Equal("answer", Find(Host, [], gitConfig: folder["gitconfig"], isInteractive: true).Get(wasRefused: true));
        Assert.True(File.Exists(folder["asked"]));
    }

    [Fact]
    public void HelpersAreAskedInOrderAndForTheirUrlAlone()
    {
        using var folder = new TestFolder();
        string log = folder["log"];
        string[] settings =
        [
            $"credential.helper=!f() {{ echo \"general $1\" >> '{log}'; cat > /dev/null; }}; f",
            "credential.https://elsewhere.example.helper=!echo password=wrong; :",
            $"credential.https://images.example.helper=!f() {{ echo \"special $1\" >> '{log}'; cat >> '{log}'; echo password=right; echo "
                + $"host=evil.example; }}; f",
            "credential.helper=!echo password=too late; :",
            "credential.useHttpPath=true",
        ];
        HttpCredentials credentials = Find("https://ada@images.example:8443/lab/web",
            settings.Select(text => text.Replace("images.example.helper", "images.example:8443.helper", StringComparison.Ordinal)));
        Assert.Equal("right", credentials.Get(wasRefused: true));
        Assert.Equal("general get\nspecial get\nprotocol=https\nhost=images.example:8443\npath=lab/web\nusername=ada\n\n",
            File.ReadAllText(log));
        File.Delete(log);
        credentials.Accepted();
        Assert.Equal(
            "general store\nspecial store\nprotocol=https\nhost=images.example:8443\npath=lab/web\nusername=ada\npassword=right\n\n",
            File.ReadAllText(log));
    }

    [Fact]
    public void EmptyHelperTakesBackThoseBefore()
    {
        string[] settings = ["credential.helper=!echo password=first; :", "credential.helper=",
            "credential.helper=!echo password=second; :"];
        Assert.Equal("second", Find(Host, settings).Get(wasRefused: true));
    }

    [Fact]
    public void LineBreakInAnAddressAsksNoHelper() =>
        Assert.Throws<UsageException>(() =>
            Find("https://ada%0ahost=bank.example@images.example/", ["credential.helper=!echo password=secret; :"]).Get(wasRefused: true));

    private static HttpCredentials Find(
        string url, IEnumerable<string> settings, string? token = null, string? gitConfig = null, bool isInteractive = false)
    {
        Func<string, string?> environment = name => name == HttpCredentials.Variable ? token : null;
        var config = new Config(settings.Select(text => text.Split('=', 2))
            .Select(parts => new ConfigEntry(ConfigKey.Parse(parts[0]), parts[1], ConfigScope.Command, "test", 0)));
        return new HttpCredentials(new Uri(url), config, RepositoryContext.Default with { Environment = environment }, isInteractive)
        {
            IsNamed = true,
            Runner = new CredentialHelper(isInteractive)
            {
                Environment = new Dictionary<string, string>
                {
                    ["GIT_CONFIG_GLOBAL"] = gitConfig ?? "/dev/null",
                    ["GIT_CONFIG_NOSYSTEM"] = "1", ["HOME"] = "/nonexistent", ["LC_ALL"] = "C"
                },
            },
        };
    }
}
