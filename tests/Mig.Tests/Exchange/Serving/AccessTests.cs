using Mig.Testing;
using Mig.Versions.Commits;

namespace Mig.Tests.Exchange.Serving;

/// <summary>Who may do what over HTTP: real servers, real clients, and curl.</summary>
public sealed class AccessTests : IDisposable
{
    private readonly ServedFolder _served = new();

    [Fact]
    public void A_token_gives_the_rights_of_its_section_and_no_others()
    {
        string reader = _served.Token("reader", "read lab/**"), writer =
            _served.Token("writer", "write lab/* refs/heads/main", "write lab/* refs/heads/ci/*"), admin = _served.Token("admin", "admin");
        _served.Start("--auth", _served.Files["tokens"]);
        string web = _served.Address + "/lab/web", here = _served.Source.Folder;
        AddVersion(1);
        ServedFolder.MigAs(reader, "ls-remote", web).Ends(0, "refs/heads/main");
        string before = Directory.GetFiles(Path.Combine(_served.Root, "lab/web/packs")).Length.ToString();
        ServedFolder.MigAs(reader, "--repo", here, "push", web, "main")
            .Ends(2, "'reader' may not push to lab/web, which needs the right 'write'");
        Assert.Equal(before, Directory.GetFiles(Path.Combine(_served.Root, "lab/web/packs")).Length.ToString());
        ServedFolder.MigAs(writer, "--repo", here, "push", web, "main").Ends(0, "main -> main");
        ServedFolder.MigAs(writer, "--repo", here, "push", web, "main:ci/nightly").Ends(0, "ci/nightly");
        ServedFolder.MigAs(writer, "--repo", here, "push", web, "main:release").Ends(3, "may not make refs/heads/release of lab/web");
        ServedFolder.MigAs(writer, "--repo", here, "push", "--delete", web, "ci/nightly").Ends(3, "needs the right 'delete'");
        ServedFolder.MigAs(writer, "--repo", here, "push", "--force", web, "HEAD^:main").Ends(3, "needs the right 'force'");
        ServedFolder.MigAs(admin, "--repo", here, "push", "--force", web, "HEAD^:main").Ends(0);
        ServedFolder.MigAs(admin, "--repo", here, "push", "--delete", web, "ci/nightly").Ends(0);
        Assert.Contains("user=writer", _served.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(writer, _served.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_has_no_token_that_counts_learns_nothing()
    {
        string reader = _served.Token("reader", "read lab/**");
        _served.Start("--auth", _served.Files["tokens"]);
        ServedFolder.Mig("ls-remote", _served.Address + "/lab/web").Ends(23, "a token is needed");
        ServedFolder.MigAs("mig_" + new string('A', 43), "ls-remote", _served.Address + "/lab/web")
            .Ends(23, "the token is unknown or has expired");
        string Ask(string name) => ServedFolder.Curl("-H", "Authorization: Bearer " + reader, "-H", "Content-Type: application/x-mig",
            "--data-binary", "x", $"{_served.Address}/{name}/mig/v1");
        Assert.EndsWith("\n404\n", Ask("secret"), StringComparison.Ordinal);
        Assert.Equal(Ask("none"), Ask("secret"));
        Assert.EndsWith("200\n", Ask("lab/web"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_takes_nothing_away_that_everybody_has()
    {
        string other = _served.Token("other", "read elsewhere");
        File.AppendAllText(_served.Files["tokens"], "[anonymous]\n\tallow = read lab/**\n");
        _served.Start("--auth", _served.Files["tokens"]);
        string Ask(string name, params string[] more) =>
            ServedFolder.Curl(["-H", "Content-Type: application/x-mig", "--data-binary", "x", .. more, $"{_served.Address}/{name}/mig/v1"]);
        string[] token = ["-H", "Authorization: Bearer " + other];
        Assert.EndsWith("200\n", Ask("lab/web"), StringComparison.Ordinal);
        Assert.EndsWith("200\n", Ask("lab/web", token), StringComparison.Ordinal);
        ServedFolder.MigAs(other, "ls-remote", _served.Address + "/lab/web").Ends(0, "refs/heads/main");
        Assert.EndsWith("401\n", Ask("secret"), StringComparison.Ordinal);
        Assert.EndsWith("404\n", Ask("secret", token), StringComparison.Ordinal);
        ServedFolder.MigAs(other, "--repo", _served.Source.Folder, "push", _served.Address + "/lab/web", "main:other")
            .Ends(2, "'other' may not push");
        Assert.EndsWith("401\n", Ask("lab/web", "-H", "Authorization: Bearer mig_" + new string('A', 43)), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_lead_nowhere_but_to_what_was_put_there()
    {
        ServedFolder.Mig("clone", "-q", "--bare", _served.Source.Folder, _served.Files["outside"]).Ends(0);
        Directory.Move(_served.Files["outside"], _served.Files["root/.hidden"]);
        Directory.CreateSymbolicLink(_served.Files["root/link"], _served.Files["root/secret"]);
        Directory.CreateDirectory(_served.Files["root/linked"]);
        Directory.CreateSymbolicLink(_served.Files["root/linked/.mig"], _served.Files["root/secret"]);
        string reader = _served.Token("reader", "read lab/**", "read link", "read linked", "read .hidden", "read outside");
        _served.Start("--auth", _served.Files["tokens"]);
        string[] ask = ["--path-as-is", "-H", "Authorization: Bearer " + reader, "-H", "Content-Type: application/x-mig", "--data-binary",
            "x"];
        foreach (string path in (string[])["/lab/../secret", "/lab/%2e%2e/secret", "/lab/..%2fsecret", "/../root/secret", "//secret",
            "/lab/web/.mig", "/.hidden", "/link", "/linked", "/outside"])
            Assert.True(ServedFolder.Curl([.. ask, $"{_served.Address}{path}/mig/v1"]).EndsWith("404\n", StringComparison.Ordinal), path);
        Assert.EndsWith("200\n", ServedFolder.Curl([.. ask, $"{_served.Address}/lab/web/mig/v1"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_access_file_only_this_machine_is_served()
    {
        ServedFolder.Mig("serve", "--listen", "0.0.0.0:0", _served.Root).Ends(2, "can be reached from other machines");
        _served.Start();
        Assert.EndsWith("404\n", ServedFolder.Curl(_served.Address + "/"), StringComparison.Ordinal);

        // A web page whose name suddenly means 127.0.0.1.
        Assert.EndsWith("421\n", ServedFolder.Curl("-H", "Host: evil.example", _served.Address + "/lab/web/mig/v1"),
            StringComparison.Ordinal);
        ServedFolder.Mig("ls-remote", _served.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/lab/web").Ends(0);
    }

    [Fact]
    public void Who_says_insecure_gets_it()
    {
        _served.Start("--listen", "0.0.0.0:0", "--insecure");
        ServedFolder.Mig("ls-remote", _served.Address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal) + "/lab/web")
            .Ends(0, "refs/heads/main");
    }

    [Fact]
    public void Certificates_of_an_own_authority_are_trusted_when_it_is_named()
    {
        string here = _served.Files[""];
        Tool.Run("bash", "-euc", $"""
            cd '{here}'
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority 2>/dev/null
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.pem -days 2 -subj /CN=other 2>/dev/null
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=server 2>/dev/null
            printf 'subjectAltName=IP:127.0.0.1\n' > names
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem 2>/dev/null
            """);
        _served.Start("--tls-cert", _served.Files["server.pem"], "--tls-key", _served.Files["server.key"]);
        string web = _served.Address + "/lab/web";
        Assert.StartsWith("https://", web, StringComparison.Ordinal);
        ServedFolder.Mig("ls-remote", web).Ends(23, "REMOTE-004");
        ServedFolder.Mig("-c", "http.sslCAInfo=" + _served.Files["other.pem"], "ls-remote", web).Ends(23, "REMOTE-004");
        ServedFolder.Mig("-c", "http.sslCAInfo=" + _served.Files["names"], "ls-remote", web).Ends(2, "http.sslCAInfo");
        ServedFolder.Mig("-c", "http.sslCAInfo=" + _served.Files["ca.pem"], "ls-remote", web).Ends(0, "refs/heads/main");
        ServedFolder.Mig("-c", "http.sslCAInfo=" + _served.Files["ca.pem"], "ls-remote",
            web.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)).Ends(23, "REMOTE-004");
        Assert.Equal("ok\n200\n", ServedFolder.Curl("--cacert", _served.Files["ca.pem"], _served.Address + "/healthz"));
        ServedFolder.Mig("serve", "--listen", "127.0.0.1:0", "--tls-cert", _served.Files["names"], "--tls-key", _served.Files["server.key"],
            _served.Root).Ends(23, "REMOTE-030");
    }

    public void Dispose() => _served.Dispose();

    private void AddVersion(int seed)
    {
        File.WriteAllBytes(_served.Files["disk.img"], MixedBytes.Make(3 << 20, seed));
        _served.Source.Commit(new CommitRequest { Disks = [_served.Files["disk.img"]], Message = "another" });
    }
}
