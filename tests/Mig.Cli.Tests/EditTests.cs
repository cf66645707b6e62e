using System.Text.Json;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class EditTests
{
    [Fact]
    public void A_file_is_put_and_comes_out_again()
    {
        using Workspace workspace = Workspace.WithSample();
        File.WriteAllText(workspace["motd"], "welcome\n");
        Outcome put = workspace.Mig("put", "motd", "HEAD:/etc/").Ends(0);
        string[] lines = put.Normalized.Split('\n');
        Assert.Equal("[main <1>] put motd into /etc", lines[0]);
        Assert.Equal(" 1 added", lines[1]);
        Assert.Matches(@"^ new: [\d.]+ KiB in \d+ objects, stored in [\d.]+ [KM]?i?B$", lines[2]);
        Assert.Equal("welcome\n", workspace.Ok("cat", "HEAD:/etc/motd"));
        Assert.Equal("web03\n", Put(workspace, "web03\n", "main:/etc/hostname"));
        Assert.Equal(["put /etc/hostname", "put motd into /etc"], workspace.Ok("log", "--oneline", "-2").TrimEnd().Split('\n')
            .Select(line => line[11..]));
        workspace.Ok("checkout", "--export", "out.raw");
        Tool.Run("e2fsck", "-fn", workspace["out.raw"]);
        workspace.Mig("commit", "out.raw", "-m", "the same").Ends(0);
        Assert.Contains("Nothing changed", workspace.Ok("commit", "out.raw", "-m", "the same"), StringComparison.Ordinal);
        workspace.Ok("fsck");
    }

    [Fact]
    public void Each_verb_does_its_work()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("mkdir", "-p", "--mode", "0750", "HEAD:/srv/a/b");
        workspace.Ok("touch", "-d", "@1700000000", "HEAD:/srv/a/new", "/srv/a/second");
        workspace.Ok("mv", "HEAD:/srv/a/new", "/srv/a/second", "/srv/a/b/");
        workspace.Ok("ln", "-s", "b/new", "HEAD:/srv/a/link");
        workspace.Ok("ln", "/srv/a/b/new", "HEAD:/srv/a/hard");
        workspace.Ok("chmod", "u=rwx,go=", "HEAD:/srv/a/link");
        workspace.Ok("chown", "5:6", "HEAD:/srv/a/hard");
        workspace.Ok("setfattr", "-n", "user.note", "-v", "0x6869", "HEAD:/srv/a/b/new");
        JsonElement[] files = [.. workspace.Mig("ls", "-R", "--json", "HEAD:/srv/a").Json.EnumerateArray()];
        Assert.Equal(["/srv/a/b", "/srv/a/b/new", "/srv/a/b/second", "/srv/a/hard", "/srv/a/link"],
            files.Select(file => file.GetProperty("path").GetString()));
        Assert.Equal("0750", files[0].GetProperty("mode").GetString());
        Assert.Equal(("0700", 5, 6), (
            files[1].GetProperty("mode").GetString(), files[1].GetProperty("uid").GetInt32(), files[1].GetProperty("gid").GetInt32()));
        Assert.Equal("2023-11-14T22:13:20.000000000Z", files[1].GetProperty("modifiedTime").GetString());
        Assert.Equal("hi"u8.ToArray(), files[1].GetProperty("xattrs")[0].GetProperty("value").GetBytesFromBase64());
        workspace.Ok("setfattr", "-x", "user.note", "HEAD:/srv/a/b/new");
        workspace.Ok("rm", "-r", "HEAD:/srv/a/b", "/srv/a/link");
        Assert.Equal("hard\n", workspace.Ok("ls", "HEAD:/srv/a"));
    }

    [Fact]
    public void An_editor_changes_a_file_or_nothing()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Environment["MIG_EDITOR"] = "sed -i s/web/db/";
        workspace.Ok("edit", "HEAD:/etc/hostname");
        Assert.Equal("db02\n", workspace.Ok("cat", "HEAD:/etc/hostname"));
        string before = workspace.Ok("rev-parse", "HEAD");
        Assert.Contains("Nothing changed", workspace.Mig("edit", "HEAD:/etc/hostname").Ends(0).Error, StringComparison.Ordinal);
        workspace.Environment["MIG_EDITOR"] = "false";
        workspace.Mig("edit", "HEAD:/etc/hostname").Ends(2, "the editor 'false' ended with 1");
        workspace.Mig("edit", "HEAD:/etc/link").Ends(2, "is a symbolic link to ../usr/bin");
        Assert.Equal(before, workspace.Ok("rev-parse", "HEAD"));
        workspace.Environment["MIG_EDITOR"] = "echo new >";
        workspace.Ok("edit", "HEAD:/etc/fresh");
        Assert.Equal("new\n", workspace.Ok("cat", "HEAD:/etc/fresh"));
        workspace.Environment["MIG_EDITOR"] = null;
        workspace.Mig("edit", "HEAD:/etc/hostname").Ends(2, "there is no terminal to ask on");
    }

    [Fact]
    public void A_list_of_changes_is_one_commit_or_none()
    {
        using Workspace workspace = Workspace.WithSample();
        Outcome apply = workspace.MigWithInput(
            "write /etc/motd <<EOF\nhello\nEOF\nrm -r /srv\nchmod 0600 /etc/hostname\n", "apply", "HEAD", "-f", "-", "--json").Ends(0);
        Assert.Equal("apply changes\n", apply.Json.GetProperty("message").GetString());
        Assert.Equal(["added /etc/motd", "changed /etc/hostname"], apply.Json.GetProperty("changes").EnumerateArray()
            .Select(change => $"{change.GetProperty("kind").GetString()} {change.GetProperty("path").GetString()}")
            .Where(change => !change.Contains("/srv", StringComparison.Ordinal)));
        string head = workspace.Ok("rev-parse", "HEAD");
        File.WriteAllText(workspace["list"], "mkdir /x\nrm /missing\n");
        workspace.Mig("apply", "HEAD", "-f", "list").Ends(1, "list, line 2: /missing does not exist");
        workspace.Mig("apply", "HEAD", "-f", "nowhere").Ends(1, "nowhere does not exist");
        workspace.Mig("apply", "HEAD:/etc", "-f", "list").Ends(2, "changes name whole paths");
        Assert.Equal(head, workspace.Ok("rev-parse", "HEAD"));
    }

    [Fact]
    public void A_dry_run_stores_nothing()
    {
        using Workspace workspace = Workspace.WithSample();
        string packs = Tool.Run("ls", "-l", workspace[".mig/packs"]);
        Outcome dry = workspace.Mig("rm", "-r", "HEAD:/usr", "--dry-run", "-m", "smaller").Ends(0);
        Assert.StartsWith("Would commit to main: smaller\n D /usr/bin/large\n", dry.Output, StringComparison.Ordinal);
        Assert.Contains(" 4 removed\n new: ", dry.Output, StringComparison.Ordinal);
        Assert.Equal(packs, Tool.Run("ls", "-l", workspace[".mig/packs"]));
        Assert.False(workspace.Mig("touch", "HEAD:/x", "--dry-run", "--json").Ends(0).Json.TryGetProperty("id", out _));
    }

    [Fact]
    public void Only_branches_move()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Mig("touch", "v1:/x").Ends(2, "make one with '-b NAME'");
        workspace.Mig("touch", "HEAD~1:/x").Ends(2, "no branch that could move on");
        workspace.Mig("touch", "nothing:/x").Ends(1, "there is no branch, tag or id 'nothing'");
        workspace.Mig("touch", "/etc/x").Ends(2, "names no branch and path; write BRANCH:/PATH");
        workspace.Mig("rm", "HEAD:/a", "side:/b").Ends(2, "is on another branch");
        workspace.Ok("touch", "-b", "fixed", "v1:/x");
        Assert.Equal(workspace.Ok("rev-parse", "v1^{commit}"), workspace.Ok("rev-parse", "fixed~1"));
        workspace.Mig("touch", "-b", "fixed", "v1:/x").Ends(3, "a branch named 'fixed' already exists");
        workspace.Ok("checkout", "side");
        workspace.Ok("touch", "main:/x");
        Assert.Equal("touch /x", workspace.Ok("log", "--oneline", "-1", "main").TrimEnd()[11..]);
        workspace.Mig("touch", "HEAD:@9/x").Ends(1, "has no partition 9");
    }

    [Fact]
    public void A_volume_is_chosen_by_its_number()
    {
        using var workspace = new Workspace();
        workspace.Ok("init");
        workspace.Mig("commit", SampleDisks.Partitioned, "-m", "parts").Ends(0);
        workspace.Ok("touch", "HEAD:@1/x");
        Assert.Contains("x\n", workspace.Ok("ls", "HEAD:@1/"), StringComparison.Ordinal);
        workspace.Mig("touch", "HEAD:@2/x").Ends(1, "was not looked into");
    }

    [Fact]
    public void The_last_commit_is_amended()
    {
        using Workspace workspace = Workspace.WithSample();
        string parent = workspace.Ok("rev-parse", "HEAD~1"), image = workspace.Ok("rev-parse", "HEAD^{image}");
        workspace.SetTime(Workspace.Now + 500);
        Assert.StartsWith("[main ", workspace.Ok("commit", "--amend", "-m", "another message"), StringComparison.Ordinal);
        Assert.Equal((parent, image), (workspace.Ok("rev-parse", "HEAD~1"), workspace.Ok("rev-parse", "HEAD^{image}")));
        Assert.Contains("another message", workspace.Ok("log", "-1"), StringComparison.Ordinal);
        Assert.Contains("HEAD@{0}: commit (amend): another message", workspace.Ok("reflog", "-1"), StringComparison.Ordinal);
        workspace.Ok("commit", "--amend", "--no-edit", SampleDisks.One);
        Assert.Equal("web01\n", workspace.Ok("cat", "HEAD:/etc/hostname"));
        Assert.Contains("another message", workspace.Ok("log", "-1"), StringComparison.Ordinal);
        workspace.Environment["MIG_EDITOR"] = "sed -i s/another/edited/";
        workspace.Ok("commit", "--amend");
        Assert.Contains("edited message", workspace.Ok("log", "-1"), StringComparison.Ordinal);
        workspace.Mig("commit", SampleDisks.Two, "--no-edit").Ends(2, "use them together");
        using var empty = new Workspace();
        empty.Ok("init");
        empty.Mig("commit", "--amend", "-m", "x").Ends(2, "there is no version yet that could be amended");
    }

    [Fact]
    public void Hooks_are_asked()
    {
        using Workspace workspace = Workspace.WithSample();
        File.WriteAllText(workspace[".mig/hooks/pre-commit"], "#!/bin/sh\nexit 1\n");
        Tool.Run("chmod", "755", workspace[".mig/hooks/pre-commit"]);
        workspace.Mig("touch", "HEAD:/x").Ends(1, "hook pre-commit");
        workspace.Mig("put", "-", "HEAD:/x", "--no-verify").Ends(0);
    }

    [Fact]
    public void Layers_are_laid_over_a_version()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Shell(
            "mkdir -p l/etc && echo l > l/etc/layer && touch l/etc/.wh.hostname && tar --owner=0 --group=0 -C l -czf l.tar.gz etc && "
            + "mkdir -p m/etc && echo m > m/etc/layer").Ends(0);
        workspace.Ok("overlay", "HEAD", "l.tar.gz", "m", "-m", "two layers");
        Assert.Equal("m\n", workspace.Ok("cat", "HEAD:/etc/layer"));
        workspace.Mig("cat", "HEAD:/etc/hostname").Ends(1);
        File.WriteAllText(workspace["text"], new string('x', 2000));
        workspace.Mig("overlay", "HEAD", "text").Ends(20, "TAR-001: text: header at 0");
        workspace.Mig("overlay", "HEAD").Ends(2, "something is missing");
        workspace.Mig("overlay", "HEAD", "nowhere.tar").Ends(1, "nowhere.tar does not exist");
    }

    [Fact]
    public void Versions_are_derived()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Shell("mkdir -p t/etc && echo '{{name}}' > t/etc/hostname && printf 'name\\na\\nb\\n' > hosts.csv").Ends(0);
        Outcome derived = workspace.Mig("derive", "v1", "--hosts", "hosts.csv", "--template", "t", "--json").Ends(0);
        Assert.Equal(["hosts/a", "hosts/b"], derived.Json.GetProperty("versions").EnumerateArray()
            .Select(version => version.GetProperty("branch").GetString()));
        Assert.Equal("b\n", workspace.Ok("cat", "hosts/b:/etc/hostname"));
        workspace.Mig("derive", "v1", "--hosts", "hosts.csv", "--template", "t").Ends(3, "--force moves it");
        workspace.MigWithInput("name\nc\n", "derive", "v1", "--hosts", "-", "--template", "t").Ends(0);
        workspace.Mig("derive", "v1", "--hosts", "hosts.csv").Ends(2, "with --template is missing");
        workspace.Mig("derive", "v1", "--hosts", "hosts.csv", "--template", "nowhere", "--force").Ends(1, "template nowhere is no folder");
        workspace.Mig("derive", "v1:/etc", "--hosts", "hosts.csv", "--template", "t", "--force").Ends(2, "names a path");
    }

    private static string Put(Workspace workspace, string content, string place)
    {
        workspace.MigWithInput(content, "put", "-", place).Ends(0);
        return workspace.Ok("cat", place);
    }
}
