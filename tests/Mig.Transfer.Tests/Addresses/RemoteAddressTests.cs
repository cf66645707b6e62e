using Mig.Core;
using Mig.Testing;
using Mig.Transfer.Addresses;

namespace Mig.Transfer.Tests.Addresses;

public sealed class RemoteAddressTests
{
    [Theory]
    [InlineData("/srv/images", "/srv/images")]
    [InlineData("images", "/base/images")]
    [InlineData("../images/", "/images/")]
    [InlineData("./a:b", "/base/a:b")]
    [InlineData("a/b:c", "/base/a/b:c")]
    [InlineData("file:///a%20b", "/a b")]
    [InlineData("file://localhost/a", "/a")]
    [InlineData("FILE:///a", "/a")]
    public void A_folder_is_taken_from_its_base(string text, string path)
    {
        var address = RemoteAddress.Parse(text, "/base");
        Assert.Equal((RemoteKind.Folder, path, ""), (address.Kind, address.Path, address.Host));
    }

    [Theory]
    [InlineData("~/images")]
    [InlineData("~")]
    public void A_tilde_is_the_users_home(string text)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(Path.Combine(home, text[1..].TrimStart('/')), RemoteAddress.Parse(text, "/base").Path);
    }

    [Theory]
    [InlineData("http://example.org", false, "example.org", null, "/")]
    [InlineData("https://example.org:8443/lab/web%20server", true, "example.org", 8443, "/lab/web server")]
    [InlineData("HTTPS://[::1]:8320/lab", true, "::1", 8320, "/lab")]
    public void An_http_address_names_host_port_and_path(string text, bool isSecure, string host, int? port, string path)
    {
        var address = RemoteAddress.Parse(text, "/base");
        Assert.Equal((RemoteKind.Http, isSecure, host, port, path),
            (address.Kind, address.IsSecure, address.Host, address.Port, address.Path));
    }

    // git tells what it makes of an address.
    [Theory]
    [InlineData("ssh://host/p")]
    [InlineData("ssh://u@host:22/p/q")]
    [InlineData("ssh://[::1]:22/p")]
    [InlineData("ssh://[fe80::1]/p")]
    [InlineData("ssh://host:/p")]
    [InlineData("ssh://host/~u/x")]
    [InlineData("ssh://host/%41%20b")]
    [InlineData("ssh://host/100%")]
    [InlineData("ssh://h%6fst/p")]
    [InlineData("ssh://a@b@c/p")]
    [InlineData("ssh://DOMAIN\\ada@host/p")]
    [InlineData("host:p")]
    [InlineData("u@host:/p")]
    [InlineData("u@host:p/q:r")]
    [InlineData("[::1]:p")]
    [InlineData("u@[::1]:p")]
    [InlineData("[host:22]:p")]
    [InlineData("u@[host:22]:p")]
    [InlineData("[u@host:22]:p")]
    [InlineData("[host]:p")]
    [InlineData("host:~/x")]
    [InlineData("host:/~u/x")]
    [InlineData("ho%41st:p%41")]
    [InlineData("a@b@c:p")]
    public void An_ssh_address_means_what_git_takes_it_for(string text)
    {
        var address = RemoteAddress.Parse(text, "/base");
        string said = Tool.Run("git", "fetch-pack", "--diag-url", text);
        string expected =
            $"Diag: protocol=ssh\nDiag: userandhost={(address.User is null ? "" : address.User + "@")}{address.Host}\nDiag: "
            + $"port={address.Port?.ToString() ?? "NONE"}\nDiag: path={address.Path}\n";
        Assert.Equal(RemoteKind.Ssh, address.Kind);
        Assert.EndsWith(expected, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("--upload-pack=sh")]
    [InlineData("ssh://-oProxyCommand=sh/p")]
    [InlineData("ssh://%2doProxyCommand=sh/p")]
    [InlineData("ssh://-lroot@host/p")]
    [InlineData("ssh://@host/p")]
    [InlineData("ssh:///p")]
    [InlineData("ssh://host")]
    [InlineData("ssh://host/")]
    [InlineData("ssh://u:secret@host/p")]
    [InlineData("ssh://host:0/p")]
    [InlineData("ssh://host:65536/p")]
    [InlineData("ssh://host:22x/p")]
    [InlineData("ssh://::1/p")]
    [InlineData("ssh://[::1/p")]
    [InlineData("ssh://[evil]/p")]
    [InlineData("ssh://$(sh)/p")]
    [InlineData("ssh://a b/p")]
    [InlineData("ssh://host/%0a")]
    [InlineData("ssh://host/%ff")]
    [InlineData("-oProxyCommand=sh:p")]
    [InlineData("host:-p")]
    [InlineData("host:")]
    [InlineData(":p")]
    [InlineData("`sh`:p")]
    [InlineData("ext::sh -c true")]
    [InlineData("fd::3")]
    [InlineData("[::1]")]
    [InlineData("git://host/p")]
    [InlineData("ftp://host/p")]
    [InlineData("file://host/p")]
    [InlineData("http://")]
    [InlineData("http://host/p?token=x")]
    [InlineData("http://host/p#x")]
    [InlineData("http://-host/p")]
    [InlineData("/srv\n/x")]
    [InlineData("/srv\0/x")]
    public void What_is_malformed_or_dangerous_is_refused(string text) =>
        Assert.Throws<UsageException>(() => RemoteAddress.Parse(text, "/base"));

    // An attribute cannot hold half a surrogate pair.
    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused() => Assert.Throws<UsageException>(() => RemoteAddress.Parse("/srv\udcff", "/base"));

    [Theory]
    [InlineData("https://ada:secret@host/p", "https://host/p", "ada", "secret")]
    [InlineData("https://secret@host/p", "https://host/p", "secret", null)]
    [InlineData("https://ada:s%65cret@host:1/p@q", "https://host:1/p@q", "ada", "secret")]
    [InlineData("ssh://ada@host/p", "ssh://ada@host/p", "ada", null)]
    public void Secrets_are_kept_and_not_shown(string text, string shown, string user, string? password)
    {
        var address = RemoteAddress.Parse(text, "/base");
        Assert.Equal((shown, shown, user, password), (address.Text, address.ToString(), address.User, address.Password));
    }

    [Theory]
    [InlineData("https://ada:secret@host:x/p")]
    [InlineData("https://ada:secret@host/p?q")]
    [InlineData("https://ada:secret@-host/p")]
    [InlineData("ssh://ada:secret@host/p")]
    [InlineData("nope://ada:secret@host/p")]
    [InlineData("http://ada:secret@")]
    public void An_error_shows_no_secret_either(string text)
    {
        UsageException error = Assert.Throws<UsageException>(() => RemoteAddress.Parse(text, "/base"));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/srv/images", "images")]
    [InlineData("/srv/images/", "images")]
    [InlineData("/srv/images/.mig", "images")]
    [InlineData("/srv/images.mig", "images")]
    [InlineData("host:images", "images")]
    [InlineData("ssh://host/lab/web.mig/", "web")]
    [InlineData("https://example.org", "example.org")]
    [InlineData("/", "")]
    public void A_clone_is_called_as_the_last_part_of_the_path(string text, string name) =>
        Assert.Equal(name, RemoteAddress.Parse(text, "/base").RepositoryName);
}
