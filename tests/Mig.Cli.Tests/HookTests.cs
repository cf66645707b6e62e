using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class HookTests
{
    [Fact]
    public void A_hook_that_says_no_stops_a_commit_in_its_own_words()
    {
        using Workspace workspace = Workspace.WithSample();
        string before = workspace.Ok("rev-parse", "HEAD");
        Write(workspace, "pre-commit", "echo 'not on a Sunday'; exit 9");
        Outcome refused = workspace.Mig("commit", SampleDisks.One, "-m", "again").Ends(1);
        Assert.Equal("", refused.Output);
        Assert.Equal(
            "not on a Sunday\nerror: hook pre-commit refused (it ended with 9); nothing was committed; '--no-verify' goes past it\n",
            refused.Error);
        Assert.Equal(before, workspace.Ok("rev-parse", "HEAD"));
        workspace.Mig("fsck").Ends(0);
        workspace.Mig("commit", "--no-verify", SampleDisks.One, "-m", "again").Ends(0);
        Assert.Equal(before, workspace.Ok("rev-parse", "HEAD~1"));
        workspace.Mig("commit", "-n", SampleDisks.Two, "-m", "and again").Ends(0);
    }

    [Fact]
    public void A_hook_looks_into_the_image_that_is_about_to_be_committed()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Environment["PATH"] = $"{workspace.MakeProgram()}:{Environment.GetEnvironmentVariable("PATH")}";
        Write(workspace, "pre-commit",
            "pwd; mig cat HEAD:/etc/hostname; mig cat \"$MIG_COMMIT:/etc/hostname\"; mig cat \"$MIG_COMMIT^:/etc/hostname\"; mig config "
            + "user.name");
        Outcome commit = workspace.Mig("-c", "user.name=From the command", "commit", SampleDisks.One, "-m", "again").Ends(0);
        Assert.Equal($"{workspace.Folder}\nweb02\nweb01\nweb02\nFrom the command\n", commit.Error);
    }

    [Fact]
    public void A_message_may_be_changed_by_a_hook_and_is_shown_as_it_was_committed()
    {
        using Workspace workspace = Workspace.WithSample();
        Write(workspace, "commit-msg", "sed -i 's/^/[lab] /' \"$1\"");
        Assert.Contains("] [lab] again\n", workspace.Ok("commit", SampleDisks.One, "-m", "again"), StringComparison.Ordinal);
        Assert.Contains(" [lab] again\n", workspace.Ok("log", "-1", "--oneline"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkout_tells_its_hook_and_ends_as_it_does()
    {
        using Workspace workspace = Workspace.WithSample();
        string main = workspace.Ok("rev-parse", "main").Trim(), side = workspace.Ok("rev-parse", "side").Trim();
        Write(workspace, "post-checkout", "echo \"$@\"; exit 3");
        Outcome checkout = workspace.Mig("checkout", "side").Ends(3);
        Assert.Equal($"Switched to branch 'side'\n{main} {side} 1\n", checkout.Error);
        Assert.Equal($"{side} {main} 1\n", workspace.Mig("checkout", "-q", "main").Ends(3).Error);
        Assert.Equal("", workspace.Mig("checkout", "--export", "out.raw").Ends(0).Error);
    }

    [Fact]
    public void A_clone_tells_its_hook_and_ends_as_it_does()
    {
        using Workspace workspace = Workspace.WithSample();
        string main = workspace.Ok("rev-parse", "main").Trim();
        Write(workspace, "post-checkout", "echo \"$@\"; exit 3");
        string setting = "core.hooksPath=" + workspace[".mig/hooks"];
        workspace.Mig("-c", setting, "clone", "-q", ".", "../two").Ends(3, $"{new string('0', 64)} {main} 1\n");
        Assert.Equal(main, workspace.Ok("-C", "../two", "rev-parse", "HEAD").Trim());
        Assert.Equal("", workspace.Mig("-c", setting, "clone", "-q", "--bare", ".", "../three").Ends(0).Error);
    }

    [Fact]
    public void A_push_asks_its_hook_before_anything_is_sent()
    {
        using Workspace workspace = Workspace.WithSample();
        string main = workspace.Ok("rev-parse", "main").Trim();
        workspace.Ok("init", "-q", "--bare", "../server.mig");
        workspace.Ok("remote", "add", "origin", "../server.mig");
        Write(workspace, "pre-push", "echo \"$1\"; cat; exit 1");
        string said = workspace.Mig("push", "origin", "main").Ends(1, "hook pre-push refused (it ended with 1); nothing was pushed").Error;
        Assert.StartsWith($"origin\nrefs/heads/main {main} refs/heads/main {new string('0', 64)}\n", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(workspace["../server.mig/packs"]));
        Write(workspace, "pre-push", "cat > /dev/null");
        workspace.Mig("push", "origin", "main").Ends(0);
        Assert.Equal(main, workspace.Ok("--repo", "../server.mig", "rev-parse", "main").Trim());
    }

    [Fact]
    public void A_sample_counts_only_when_it_is_renamed()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("commit", SampleDisks.One, "-m", "wip");
        File.Move(workspace[".mig/hooks/commit-msg.sample"], workspace[".mig/hooks/commit-msg"]);
        workspace.Mig("commit", SampleDisks.Two, "-m", "wip").Ends(1, "commit-msg: 'wip' does not say what this version is\n");
        workspace.Mig("commit", SampleDisks.Two, "-m", "wipe the log").Ends(0);
    }

    private static void Write(Workspace workspace, string name, string script)
    {
        File.WriteAllText(workspace[$".mig/hooks/{name}"], $"#!/bin/sh\n{script}\n");
        Tool.Run("chmod", "755", workspace[$".mig/hooks/{name}"]);
    }
}
