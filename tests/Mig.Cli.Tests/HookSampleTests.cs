using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>The samples that earn their keep, on real disks; each with a disk that it must let pass.</summary>
public sealed class HookSampleTests : IDisposable
{
    private const string Key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----\n";
    private static readonly string None = new('0', 64);

    private readonly Workspace _workspace = new();

    public HookSampleTests()
    {
        _workspace.Environment["PATH"] = $"{_workspace.MakeProgram()}:{Environment.GetEnvironmentVariable("PATH")}";
        _workspace.Ok("init");
    }

    [Fact]
    public void Private_keys_and_shell_history_do_not_get_into_an_image()
    {
        (string Path, string Content, string What)[] secrets =
        [
            ("root/.ssh/id_ed25519", Key, "private key"),
            ("home/ada/.ssh/work", Key, "private key"),
            ("etc/ssh/ssh_host_rsa_key", "-----BEGIN RSA PRIVATE KEY-----\n", "private key"),
            ("srv/web server/site.pem", "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n", "private key"),
            ("srv/quo\"te.key", Key, "private key"),
            ("root/.zsh_history", "mysql -psecret\n", "shell history, 15 bytes"),
            ("home/ada/.bash_history", "ls\n", "shell history, 3 bytes"),
        ];
        Use("pre-commit");
        string clean = MakeDisk("clean.raw", Harmless()),
            bad = MakeDisk("bad.raw", [.. Harmless(), .. secrets.Select(secret => (secret.Path, secret.Content))]);
        Assert.Equal("", _workspace.Mig("commit", clean, "-m", "clean").Ends(0).Error);
        string before = _workspace.Ok("rev-parse", "HEAD");

        Outcome refused = _workspace.Mig("commit", bad, "-m", "bad").Ends(1, "error: hook pre-commit refused (it ended with 1)");
        Assert.StartsWith("pre-commit: this image holds what should not be handed on:\n", refused.Error, StringComparison.Ordinal);
        Assert.Equal(
            secrets.Select(secret => $"  @bad.raw.1{Shown(secret.Path)}: {secret.What}").Order(StringComparer.Ordinal),
            refused.Error.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(before, _workspace.Ok("rev-parse", "HEAD"));

        // Paths that are allowed, one after another; the last one lets the image pass.
        foreach ((string path, _, _) in secrets[1..])
            _workspace.Ok("config", "--add", "hooks.allowSecret", Shown(path));
        Assert.Contains($"handed on:\n  @bad.raw.1{Shown(secrets[0].Path)}: private key\nRemove", _workspace.Mig("commit", bad, "-m", "bad")
            .Ends(1).Error, StringComparison.Ordinal);
        _workspace.Ok("config", "--add", "hooks.allowSecret", Shown(secrets[0].Path));
        _workspace.Mig("commit", bad, "-m", "allowed").Ends(0);
    }

    [Fact]
    public void Every_volume_of_every_disk_is_looked_into_and_the_others_are_named()
    {
        Use("pre-commit");
        string system = MakeDisk("system.raw", Harmless()), home = MakeDisk("home.raw", [("ada/.ssh/id_rsa", Key)]);
        Tool.Run("bash", "-euc", $"""
            cd '{_workspace.Folder}'
            truncate -s 24M parts.raw
            printf 'label: gpt\nstart=2048, size=16384\nstart=18432, size=16384\nstart=34816, size=4096\n' | sfdisk -q parts.raw
            dd if='{system}' of=parts.raw bs=1M seek=1 conv=notrunc,sparse status=none
            dd if='{home}' of=parts.raw bs=1M seek=9 conv=notrunc,sparse status=none
            yes mystery | head -c 100000 | dd of=parts.raw bs=512 seek=34816 conv=notrunc status=none
            """);
        Outcome refused = _workspace.Mig("commit", "parts.raw", "-m", "three volumes").Ends(1);
        Assert.Contains("  @parts.raw.2/ada/.ssh/id_rsa: private key\n", refused.Error, StringComparison.Ordinal);
        Assert.Contains("pre-commit: note: nobody can look into @parts.raw.3, so it is not checked\n", refused.Error,
            StringComparison.Ordinal);
        Assert.Contains("  @home.raw.1/ada/.ssh/id_rsa: private key\n", _workspace.Mig("commit", system, home, "-m", "two disks")
            .Ends(1).Error, StringComparison.Ordinal);
        _workspace.Mig("commit", system, "-m", "one disk").Ends(0);
    }

    [Fact]
    public void A_push_to_main_that_loses_a_package_is_refused()
    {
        string both = Commit("both", Package("nginx"), Package("openssh-server"), Package("removed", "deinstall ok config-files"));
        string more = Commit("more", Package("nginx"), Package("openssh-server"), Package("curl"));
        string less = Commit("less", Package("openssh-server"), Package("nginx", "deinstall ok config-files"));
        string meant = Commit("meant\n\nRemoves: nginx", Package("openssh-server"));
        string none = Commit("no list");

        Outcome refused = Push($"{both} {less} refs/heads/main").Ends(1);
        Assert.Equal(
            "pre-receive: main has packages that this image lost:\n  nginx\nInstall them, or say in the commit's message that it is "
            + "meant: 'Removes: nginx'.\n", refused.Output);

        // An image without a list of packages has lost all of them; that it has none is said.
        string[] lines = Push($"{both} {none} refs/heads/main").Ends(1).Output.Split('\n');
        Assert.StartsWith("pre-receive: note: the packages of the system were not seen: ", lines[0], StringComparison.Ordinal);
        Assert.Equal(["pre-receive: main has packages that this image lost:", "  nginx", "  openssh-server"], lines[1..4]);
        Push($"{both} {more} refs/heads/side", $"{both} {less} refs/heads/main").Ends(1);

        foreach (string update in (string[])[$"{both} {more} refs/heads/main", $"{both} {less} refs/heads/side",
            $"{both} {meant} refs/heads/main", $"{None} {less} refs/heads/main", $"{both} {None} refs/heads/main"])
            Assert.Equal("", Push(update).Ends(0).Output);
        Assert.StartsWith("pre-receive: note: the packages of the system were not seen: ",
            Assert.Single(Push($"{none} {less} refs/heads/main").Ends(0).Output.TrimEnd().Split('\n')), StringComparison.Ordinal);

        _workspace.Ok("config", "hooks.protectedBranch", "golden");
        Push($"{both} {less} refs/heads/main").Ends(0);
        Push($"{both} {less} refs/heads/golden").Ends(1);

        // What cannot be read is not let pass.
        Push($"{both} {ObjectThatIsNotThere} refs/heads/golden").Ends(1);
    }

    [Fact]
    public void Tags_stay_and_branches_are_not_deleted()
    {
        string one = Commit("one"), two = Commit("two");
        Assert.Equal("update: tag v1 is what others rely on; make a new one instead\n", Run("update", "", "refs/tags/v1", one, two)
            .Ends(1).Output);
        Assert.Equal("update: branch main is not deleted here\n", Run("update", "", "refs/heads/main", one, None).Ends(1).Output);
        Run("update", "", "refs/tags/v1", None, two).Ends(0);
        Run("update", "", "refs/heads/main", one, two).Ends(0);
        _workspace.Ok("config", "hooks.allowDeleteBranch", "true");
        Run("update", "", "refs/heads/main", one, None).Ends(0);
    }

    [Fact]
    public void The_other_samples_do_what_they_say()
    {
        string one = Commit("one"), wip = Commit("wip: not yet"), two = Commit("two");
        Run("pre-push", $"refs/heads/main {one} refs/heads/main {None}\n", "origin", "ssh://host/x").Ends(0);
        Assert.Contains("wip: not yet\n", Run("pre-push", $"refs/heads/main {two} refs/heads/main {one}\n", "origin", "ssh://host/x")
            .Ends(1).Error, StringComparison.Ordinal);
        Run("pre-push", $"refs/heads/main {two} refs/heads/main {wip}\n(delete) {None} refs/heads/old {one}\n", "origin", "ssh://host/x")
            .Ends(0);

        Assert.Equal("system: Debian GNU/Linux 13 (trixie)\n", Run("post-checkout", "", one, two, "1").Ends(0).Output);
        Assert.Equal("", Run("post-checkout", "", two, two, "1").Ends(0).Output);

        Assert.Matches("^main: 2 new, now at [0-9a-f]{10} two\n$",
            Run("post-receive", $"{one} {two} refs/heads/main\n{None} {one} refs/tags/v1\n").Ends(0).Output);
        Assert.Equal(2, File.ReadAllLines(_workspace[".mig/pushes.log"]).Length);

        Use("post-commit");
        Commit("three");
        Assert.Contains(" three", Assert.Single(File.ReadAllLines(_workspace[".mig/commits.log"])), StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();

    private static string ObjectThatIsNotThere => new('1', 64);

    // What looks like a secret and is none.
    private static (string Path, string Content)[] Harmless() =>
    [
        ("etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n"),
        ("etc/ssl/certs/ca.pem", "-----BEGIN CERTIFICATE-----\n"),
        ("etc/ssh/ssh_host_rsa_key.pub", "ssh-rsa AAAA\n"),
        ("root/.bash_history", ""),
        ("root/.ssh/authorized_keys", "ssh-ed25519 AAAA\n"),
        ("usr/share/doc/keys.txt", Key),
    ];

    // As mig ls prints it.
    private static string Shown(string path) =>
        path.Contains('"', StringComparison.Ordinal) ? $"\"/{path.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : "/" + path;

    private static string Package(string name, string status = "install ok installed") =>
        $"Package: {name}\nStatus: {status}\nVersion: 1\nDescription: a package\n of some kind\n\n";

    private string MakeDisk(string name, params (string Path, string Content)[] files)
    {
        using var tree = new TestFolder();
        foreach ((string path, string content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(tree[path])!);
            File.WriteAllText(tree[path], content);
        }

        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-d", tree.Path, _workspace[name], "8M");
        return _workspace[name];
    }

    private string Commit(string message, params string[] packages)
    {
        (string, string)[] list = packages.Length == 0 ? [] : [("var/lib/dpkg/status", string.Concat(packages))];
        _workspace.Ok("commit", MakeDisk("disk.raw", [.. Harmless(), .. list]), "-m", message);
        return _workspace.Ok("rev-parse", "HEAD").Trim();
    }

    private Outcome Push(params string[] updates) => Run("pre-receive", string.Concat(updates.Select(update => update + "\n")));

    private Outcome Run(string sample, string input, params string[] arguments) =>
        Tool.Capture(_workspace[$".mig/hooks/{sample}.sample"], arguments, _workspace[".mig"],
            new Dictionary<string, string?>(_workspace.Environment) { ["MIG_DIR"] = _workspace[".mig"] }, input);

    private void Use(string name) => File.Move(_workspace[$".mig/hooks/{name}.sample"], _workspace[$".mig/hooks/{name}"]);
}
