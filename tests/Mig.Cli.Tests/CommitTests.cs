using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class CommitTests
{
    [Fact]
    public void A_first_commit_says_what_it_found()
    {
        using var workspace = new Workspace();
        Assert.Equal($"Initialized empty mig repository in {workspace.Folder}/.mig/\n", workspace.Ok("init"));
        Outcome commit = workspace.Mig("commit", SampleDisks.Partitioned, "-m", "golden web server").Ends(0);
        string[] lines = commit.Normalized.Split('\n');
        Assert.Equal("[main (root-commit) <1>] golden web server", lines[0]);
        Assert.Equal(" parts.raw: raw, 24 MiB, GPT", lines[1]);
        Assert.Equal("   @1: ext4 'root', 10 files in 6 directories, 2.9 MiB", lines[2]);
        Assert.Equal("   @2: 2 MiB, not looked into", lines[3]);
        Assert.Matches(@"^   keeps [\d.]+ [KM]?i?B of deleted data \(--discard-free leaves it out\)$", lines[4]);
        Assert.Matches(@"^ new: [\d.]+ MiB in \d+ objects, stored in [\d.]+ KiB; shared or empty: [\d.]+ [KM]iB of [\d.]+ MiB$", lines[5]);
        Assert.Equal("", lines[6]);
        Assert.Equal(7, lines.Length);
        Assert.Equal("warning: parts.raw.2 was not looked into, and is kept as it is: it holds no file system that mig knows\n",
            commit.Error);
    }

    [Fact]
    public void An_unchanged_disk_makes_no_commit()
    {
        using Workspace workspace = Workspace.WithSample();
        string before = workspace.Ok("rev-parse", "HEAD");
        Assert.Equal("Nothing changed since main, so there is no new commit; --allow-empty makes one all the same.\n",
            workspace.Ok("commit", SampleDisks.Two, "-m", "again"));
        Assert.Equal(before, workspace.Ok("rev-parse", "HEAD"));
        workspace.Ok("commit", SampleDisks.Two, "-m", "again", "--allow-empty");
        Assert.Equal(before, workspace.Ok("rev-parse", "HEAD~1"));
        Assert.Equal(workspace.Ok("rev-parse", "HEAD~1^{image}"), workspace.Ok("rev-parse", "HEAD^{image}"));
    }

    [Fact]
    public void A_quick_commit_says_what_it_trusted_and_quiet_says_nothing()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal("", workspace.Ok("commit", "-q", SampleDisks.One, "-m", "back"));
        Assert.Equal("", workspace.Mig("checkout", "-q", "side").Ends(0).Error);
        Assert.Equal("", workspace.Ok("init", "--quiet", "other"));
        workspace.Ok("checkout", "main");
        Outcome quick = workspace.Mig("commit", "--quick", SampleDisks.Two, "-m", "forth").Ends(0);
        Assert.Matches(@"(?m)^   took [\d.]+ MiB from the version before without reading them \(--quick\)$", quick.Output);
        Assert.Equal(workspace.Ok("rev-parse", "light^{image}"), workspace.Ok("rev-parse", "HEAD^{image}"));
    }

    [Fact]
    public void Several_disks_are_one_machine()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("commit", SampleDisks.One, SampleDisks.Data, "-m", "two disks");
        Assert.Equal(["one.raw", "data.raw"], workspace.Mig("show", "--json").Json.GetProperty("disks").EnumerateArray()
            .Select(disk => disk.GetProperty("name").GetString()));
        Assert.Equal("s", workspace.Ok("cat", "HEAD:@data.raw/sp ace"));
        workspace.Mig("checkout", "--export", "out.raw").Ends(2, "has 2 disks; choose one with --disk: one.raw, data.raw");
        workspace.Ok("checkout", "--export", "out.raw", "--disk", "data.raw");
        Tool.Run("cmp", SampleDisks.Data, workspace["out.raw"]);
        workspace.Mig("checkout", "--export", "x.raw", "--disk", "data.ra").Ends(1, "Did you mean 'data.raw'?");
    }

    [Fact]
    public void A_message_comes_from_arguments_files_input_and_editors()
    {
        using Workspace workspace = Workspace.WithSample();
        string[] commit = ["commit", SampleDisks.Two, "--allow-empty"];
        workspace.Mig(commit).Ends(2, "give it with -m");
        workspace.Mig([.. commit, "-m", " \n "]).Ends(2, "the message is empty");

        workspace.Ok([.. commit, "-m", "a", "-m", "b"]);
        Assert.Equal("a\n\nb\n", Message());

        File.WriteAllText(workspace["message"], "from a file  \n\n\n");
        workspace.Ok([.. commit, "-F", "message"]);
        Assert.Equal("from a file\n", Message());

        workspace.MigWithInput("from input\n# kept\n", [.. commit, "-F", "-"]).Ends(0);
        Assert.Equal("from input\n# kept\n", Message());

        workspace.Environment["MIG_EDITOR"] = "sh -c 'grep -q \"^# Say\" \"$0\" && echo \"by hand\" >> \"$0\"'";
        workspace.Ok(commit);
        Assert.Equal("by hand\n", Message());

        string before = workspace.Ok("rev-parse", "HEAD");
        workspace.Environment["MIG_EDITOR"] = "true";
        workspace.Mig(commit).Ends(2, "the message is empty, so nothing was done");
        workspace.Environment["MIG_EDITOR"] = "false";
        workspace.Mig(commit).Ends(2, "the editor 'false' ended with 1");
        Assert.Equal(before, workspace.Ok("rev-parse", "HEAD"));

        string? Message() => workspace.Mig("show", "--json").Json.GetProperty("commit").GetProperty("message").GetString();
    }

    [Fact]
    public void Free_space_can_be_left_out_by_option_and_by_setting()
    {
        using Workspace workspace = Workspace.WithSample();
        File.Copy(SampleDisks.One, workspace["deleted.raw"]);
        Tool.Run("debugfs", "-w", "-R", "rm /usr/bin/large", workspace["deleted.raw"]);
        Assert.Contains("of deleted data (--discard-free leaves it out)", workspace.Ok("commit", "deleted.raw", "-m", "with"),
            StringComparison.Ordinal);
        workspace.Ok("checkout", "--export", "with.raw");
        Tool.Run("cmp", workspace["deleted.raw"], workspace["with.raw"]);

        workspace.Ok("config", "commit.discardFree", "true");
        Assert.Contains("of free space: it will read as zeros", workspace.Ok("commit", "deleted.raw", "-m", "without"),
            StringComparison.Ordinal);
        workspace.Ok("checkout", "--export", "without.raw");
        Assert.Equal(0, Tool.Capture("e2fsck", ["-fn", workspace["without.raw"]], "/", workspace.Environment, null).ExitCode);
        Assert.Equal(1, Tool.Capture("cmp", ["-s", workspace["deleted.raw"], workspace["without.raw"]], "/", workspace.Environment,
            null).ExitCode);
        Assert.DoesNotContain("a large file", File.ReadAllText(workspace["without.raw"]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_user_is_asked_for_a_name_before_anything_is_read()
    {
        using var workspace = new Workspace();
        workspace.Ok("init");
        foreach (string variable in (string[])["MIG_AUTHOR_NAME", "MIG_COMMITTER_NAME", "MIG_AUTHOR_EMAIL", "MIG_COMMITTER_EMAIL"])
            workspace.Environment[variable] = null;
        workspace.Mig("commit", SampleDisks.One, "-m", "x").Ends(2, "mig config --global user.name");
        workspace.Ok("config", "--global", "user.name", "Grace");
        workspace.Ok("config", "--global", "user.email", "grace@example.com");
        workspace.Ok("commit", SampleDisks.One, "-m", "x");
        Assert.Contains("Author: Grace <grace@example.com>\n", workspace.Ok("log"), StringComparison.Ordinal);
    }
}
