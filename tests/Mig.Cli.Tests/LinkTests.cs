using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>Symbolic links in a path that a user typed, and several paths at once.</summary>
public sealed class LinkTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public LinkTests()
    {
        const string Script = """
            set -e
            mkdir -p r/usr/lib r/usr/bin r/etc r/srv/deep r/var
            echo ID=test > r/usr/lib/os-release; echo tool > r/usr/bin/tool; echo web01 > r/etc/hostname
            ln -s ../usr/lib/os-release r/etc/os-release
            ln -s usr/bin r/bin
            ln -s /usr/lib/os-release r/srv/absolute
            ln -s ../../../../../../etc/hostname r/srv/deep/out
            ln -s loop2 r/srv/loop1; ln -s loop1 r/srv/loop2
            ln -s nowhere/x r/srv/dangling
            ln -s /etc/hostname/x r/srv/below
            ln -s hostname r/etc/n0; for i in $(seq 1 40); do ln -s n$((i-1)) r/etc/n$i; done
            truncate -s 8M a.img; mke2fs -q -F -t ext4 -d r a.img
            mig --repo new.mig init -q
            mig --repo new.mig commit -q a.img -m first
            """;
        _workspace.Shell(Script).Ends(0);
        _workspace.Environment["MIG_DIR"] = "new.mig";
    }

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_repository_is_made_where_later_commands_look_for_it()
    {
        Assert.True(File.Exists(_workspace["new.mig/HEAD"]));
        Assert.Equal("true\n", _workspace.Ok("config", "core.bare"));
        _workspace.Environment["MIG_DIR"] = null;
        Assert.StartsWith("There is a mig repository already", _workspace.Ok("--repo", "new.mig", "init"), StringComparison.Ordinal);
        _workspace.Mig("--repo", "a", "init", "b").Ends(2, "give one of them");
        _workspace.Ok("--repo", "work/.mig", "init");
        Assert.Equal("false\n", _workspace.Ok("-C", "work", "config", "core.bare"));
        Assert.StartsWith("There is a mig repository already", _workspace.Ok("--repo", "work", "init"), StringComparison.Ordinal);
        Assert.False(File.Exists(_workspace["work/HEAD"]));
    }

    [Fact]
    public void Links_lead_where_they_lead_the_machine()
    {
        Assert.Equal("ID=test\nID=test\ntool\nweb01\nweb01\n",
            _workspace.Ok("cat", "HEAD:/etc/os-release", ":/srv/absolute", ":/bin/tool", ":/srv/deep/out", ":/etc/n39"));
        _workspace.Mig("cat", ":/etc/n40").Ends(1, "links go in circles, or there are more than 40");
        _workspace.Mig("cat", "--no-follow", ":/etc/os-release").Ends(2, "/etc/os-release is a symbolic link, not a regular file");
        _workspace.Mig("cat", "--no-follow", ":/bin/tool").Ends(1, "'bin' is a symbolic link, not a directory");
        Assert.Equal("tool\n", _workspace.Ok("ls", ":/bin"));
        Assert.Equal("/bin/tool\n", _workspace.Ok("ls", "-R", ":/bin"));
        Assert.Equal("bin\n", _workspace.Ok("ls", "--no-follow", ":/bin"));
        Assert.Equal("bin\n", _workspace.Ok("ls", "-d", ":/bin"));
        Assert.StartsWith("lrwxrwxrwx", _workspace.Ok("ls", "-ld", ":/bin"), StringComparison.Ordinal);
        Assert.StartsWith("-rw-r--r--", _workspace.Ok("ls", "-l", ":/etc/os-release"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(":/srv/loop1", "links go in circles")]
    [InlineData(":/srv/dangling", "leads to /srv/nowhere by way of /srv/dangling, a link to nowhere/x, and that does not exist")]
    [InlineData(":/srv/below", "/etc/hostname is a regular file, not a directory")]
    [InlineData(":/etc/o-release", "Did you mean 'os-release'?")]
    public void What_a_link_does_not_lead_to_is_named(string path, string message)
    {
        Outcome outcome = _workspace.Mig("cat", path).Ends(1, message);
        Assert.Contains("HEAD" + path, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_paths_are_listed_as_ls_lists_them()
    {
        Assert.Equal(":/etc/hostname\n\n:/bin:\ntool\n\n:/usr:\nbin\nlib\n", _workspace.Ok("ls", ":/bin", ":/etc/hostname", ":/usr"));
        Assert.Equal("/bin/tool\n/usr/bin\n/usr/bin/tool\n/usr/lib\n/usr/lib/os-release\n", _workspace.Ok("ls", "-R", ":/bin", ":/usr"));
        _workspace.Mig("ls", ":/bin", ":/none").Ends(1, "HEAD:/none does not exist");
        System.Text.Json.JsonElement all = _workspace.Mig("ls", "--json", ":/bin", ":/etc/hostname").Ends(0).Json;
        Assert.Equal([":/bin", ":/etc/hostname"], all.EnumerateArray().Select(entry => entry.GetProperty("argument").GetString()));
        Assert.False(_workspace.Mig("ls", "--json", ":/bin").Ends(0).Json[0].TryGetProperty("argument", out _));
    }

    // What a machine mounts is where its links lead: here /var, from a second partition, by the name in fstab.
    [Fact]
    public void A_link_leads_to_what_the_machine_mounts()
    {
        const string Script = """
            set -e
            mkdir -p v/lib; echo there > v/lib/f; mkdir -p r2/etc r2/usr/lib r2/var; cp r/usr/lib/os-release r2/usr/lib; ln -s /var/lib/f r2/etc/f
            truncate -s 8M var.img; mke2fs -q -F -t ext4 -U 11111111-2222-3333-4444-555555555555 -d v var.img
            echo 'UUID=11111111-2222-3333-4444-555555555555 /var ext4 defaults 0 2' > r2/etc/fstab
            truncate -s 8M root.img; mke2fs -q -F -t ext4 -d r2 root.img
            truncate -s 20M two.img; printf 'label: gpt\nsize=16384\nsize=16384\n' | sfdisk -q two.img
            dd if=root.img of=two.img bs=1M seek=1 conv=notrunc status=none; dd if=var.img of=two.img bs=1M seek=9 conv=notrunc status=none
            mig commit -q two.img -m two
            mig cat :/etc/f
            """;
        Assert.Equal("there\n", _workspace.Shell(Script).Ends(0).Output);
        _workspace.Mig("cat", ":@1/etc/f").Ends(1, "by way of /etc/f, a link to /var/lib/f");
    }
}
