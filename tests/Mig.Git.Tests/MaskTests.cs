using System.Text;
using Mig.Core;
using Mig.Git.Masking;

namespace Mig.Git.Tests;

/// <summary>What is a secret is masked, under its own name and under others; all else stays as it is.</summary>
public class MaskTests
{
    private const string Hash = "$6$saltsalt$abcdefghijklmnopqrstuvwxyz0123456789./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr";

    [Theory]
    [InlineData("etc/shadow", "root:" + Hash + ":1:0:99999:7:::\n", "root:#:1:0:99999:7:::\n")]
    [InlineData("etc/shadow-", "a:!" + Hash + ":1::::::\nb:*:1::::::\nc::1::::::\nd:!:1::::::\ne:!*:1::::::\n",
        "a:!#:1::::::\nb:*:1::::::\nc::1::::::\nd:!:1::::::\ne:!*:1::::::\n")]
    [InlineData("etc/shadow.old", "u:abJnggxhB/yWI:1::::::\n", "u:#:1::::::\n")]
    [InlineData("etc/gshadow", "wheel:" + Hash + ":root:\n", "wheel:#:root:\n")]
    [InlineData("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nold:abJnggxhB/yWI:1:1::/:\n",
        "root:x:0:0:root:/root:/bin/sh\nold:#:1:1::/:\n")]
    [InlineData("etc/backup/accounts", "root:" + Hash + ":1:0:99999:7:::\n", "root:#:1:0:99999:7:::\n")]
    [InlineData("etc/nginx/htpasswd", "u:$apr1$abcdefgh$0123456789abcdefghijkl\n", "u:#\n")]
    [InlineData("etc/machine-id", "0123456789abcdef0123456789abcdef\n", "#\n")]
    [InlineData("etc/machine-id", "uninitialized\n", "uninitialized\n")]
    [InlineData("etc/some/key", "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nDEF==\n-----END RSA PRIVATE KEY-----\ny\n",
        "x\n-----BEGIN RSA PRIVATE KEY-----\n#\n-----END RSA PRIVATE KEY-----\ny\n")]
    [InlineData("etc/cut", "-----BEGIN PRIVATE KEY-----\nMIIabc\nDEF", "-----BEGIN PRIVATE KEY-----\n#\n")]
    [InlineData("etc/ssl/cert.pem", "-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----\n")]
    [InlineData("etc/ssh/ssh_host_rsa_key", "anything\n", "#\n")]
    [InlineData("etc/ssh/ssh_host_rsa_key.pub", "ssh-rsa AAAA root@host\n", "ssh-rsa AAAA root@host\n")]
    [InlineData("etc/ssl/private/server.key", "anything\n", "#\n")]
    [InlineData("etc/apt/sources.list", "deb https://user:hunter2@repo.example/debian stable main\n",
        "deb https://user:#@repo.example/debian stable main\n")]
    [InlineData("etc/apt/auth.conf", "machine repo.example login me password hunter2\n", "machine repo.example login me password #\n")]
    [InlineData("etc/app.conf", "db_password = hunter2\n# password=old\nuser = me\n", "db_password = #\n# password=#\nuser = me\n")]
    [InlineData("etc/wireguard/wg0.conf", "PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\nAddress = 10.0.0.1/24\n",
        "PrivateKey = #\nAddress = 10.0.0.1/24\n")]
    [InlineData("etc/netplan/01.yaml", "      password: \"hunter2\"\n      dhcp4: true\n", "      password: #\n      dhcp4: true\n")]
    [InlineData("etc/app.json", "{\"name\":\"x\",\"password\":\"hunter2\",\"n\":1}\n", "{\"name\":\"x\",\"password\":\"#\",\"n\":1}\n")]
    [InlineData("etc/fstab", "//srv/x /x cifs user=me,password=hunter2,ro 0 0\n", "//srv/x /x cifs user=me,password=#,ro 0 0\n")]
    [InlineData("etc/bind/rndc.key", "key \"k\" {\n\talgorithm hmac-md5;\n\tsecret \"abcd==\";\n};\n",
        "key \"k\" {\n\talgorithm hmac-md5;\n\tsecret #;\n};\n")]
    [InlineData("etc/nsswitch.conf", "passwd:         files systemd\nshadow:         files\n",
        "passwd:         files systemd\nshadow:         files\n")]
    [InlineData("etc/pam.d/common-password", "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\n",
        "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\n")]
    [InlineData("etc/ssh/sshd_config", "PasswordAuthentication no\nPermitEmptyPasswords no\n",
        "PasswordAuthentication no\nPermitEmptyPasswords no\n")]
    [InlineData("etc/x", "token = /run/secrets/token\nuse_password = yes\n", "token = /run/secrets/token\nuse_password = yes\n")]
    public void SecretIsMasked(string path, string content, string masked)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content), result = MaskRules.Apply(Encoding.UTF8.GetBytes(path), bytes);
        Assert.Equal(masked.Replace("#", MaskRules.Mark, StringComparison.Ordinal),
            Encoding.UTF8.GetString(result).Replace("# password", MaskRules.Mark + " password", StringComparison.Ordinal));
        Assert.Equal(masked == content, ReferenceEquals(bytes, result));
    }

    [Fact]
    public void OtherBytesStayAsTheyAre()
    {
        byte[] content = [0xFF, 0xFE, .. "\npassword=hunter2\n"u8, 0xC3];
        Assert.Equal([0xFF, 0xFE, .. Encoding.ASCII.GetBytes($"\npassword={MaskRules.Mark}\n"), 0xC3], MaskRules.Apply("etc/x"u8, content));
    }

    [Fact]
    public void NothingOfASecretIsPublished()
    {
        const string Secret = "hunter2hunter2";
        using var machine = new Machine(files =>
        {
            File.WriteAllText(Path.Combine(files, "etc/shadow"), $"root:$6$saltsalt${Secret}0123456789:1:0:99999:7:::\n");
            File.WriteAllText(Path.Combine(files, "etc/app.conf"), $"password = {Secret}\n");
            File.WriteAllBytes(Path.Combine(files, "etc/packed.gz"), [0x1F, 0x8B, .. Encoding.ASCII.GetBytes(Secret)]);
        });
        GitExportReport report = machine.Export("out.git", new GitExportOptions { Contents = ["/etc/*"] });
        Assert.Contains(report.Warnings, warning => warning.Contains("/etc/packed.gz is left out", StringComparison.Ordinal));
        machine.Git("out.git", "archive", "-o", machine.Files["all.tar"], "main");
        Assert.DoesNotContain(Secret, Encoding.Latin1.GetString(File.ReadAllBytes(machine.Files["all.tar"])), StringComparison.Ordinal);
        Assert.Contains("app.conf\tfile\t0644\t0:0\t26\tmasked\t", machine.Git("out.git", "show", "main:manifest/etc.tsv"),
            StringComparison.Ordinal);
        Assert.Contains(MaskRules.Name, machine.Git("out.git", "show", "main:summary.md"), StringComparison.Ordinal);

        // The negative control: without masks all of it is there.
        machine.Export("open.git", new GitExportOptions { Contents = ["/etc/*"], IsMasked = false });
        Assert.Contains(Secret, machine.Git("open.git", "show", "main:etc/shadow"), StringComparison.Ordinal);
        Assert.Contains(Secret, machine.Git("open.git", "show", "main:etc/packed.gz"), StringComparison.Ordinal);
        Assert.Contains("not masked", machine.Git("open.git", "show", "main:summary.md"), StringComparison.Ordinal);
        Assert.Throws<ConflictException>(() => machine.Export("out.git"));
    }
}
