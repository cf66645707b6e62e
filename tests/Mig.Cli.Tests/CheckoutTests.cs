using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class CheckoutTests
{
    [Fact]
    public void Head_goes_to_branches_and_commits_and_back()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal("Switched to branch 'side'\n", workspace.Mig("checkout", "side").Ends(0).Error);
        Assert.Equal("Already on 'side'\n", workspace.Mig("checkout", "side").Ends(0).Error);
        Assert.Equal(
            "You are in 'detached HEAD' state: commits go to no branch; 'mig checkout -b NAME' makes one for them.\nHEAD is now at <1> "
                + "golden web server\n",
            Outcome.Normalize(workspace.Mig("checkout", "v1").Ends(0).Error));
        Assert.Equal("* (HEAD detached at <1>)\n  main\n  side\n", Outcome.Normalize(workspace.Ok("branch")));
        Assert.Equal("Previous HEAD position was <1> golden web server\nSwitched to branch 'side'\n",
            Outcome.Normalize(workspace.Mig("checkout", "-").Ends(0).Error));
        Assert.Equal("Switched to a new branch 'topic'\n", workspace.Mig("checkout", "-b", "topic", "v1").Ends(0).Error);
        Assert.Equal("topic\n", workspace.Ok("branch", "--show-current"));
        Assert.Equal(workspace.Ok("rev-parse", "v1^{commit}"), workspace.Ok("rev-parse", "topic"));
        workspace.Mig("checkout", "-b", "topic").Ends(3, "a branch named 'topic' already exists");
        workspace.Ok("checkout", "-B", "topic", "main");
        Assert.Equal(workspace.Ok("rev-parse", "main"), workspace.Ok("rev-parse", "topic"));
        workspace.Mig("checkout", "mian").Ends(1, "Did you mean 'main'?");
        Assert.Equal(
            "<1> HEAD@{0}: checkout: moving from topic to topic\n<2> HEAD@{1}: checkout: moving from side to topic\n",
            Outcome.Normalize(workspace.Ok("reflog", "-2")));
    }

    [Fact]
    public void Leaving_commits_behind_is_said()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Mig("checkout", "--detach", "main").Ends(0);
        workspace.Ok("commit", SampleDisks.One, "-m", "on no branch");
        Outcome back = workspace.Mig("checkout", "main").Ends(0);
        Assert.Equal(
            "warning: you are leaving 1 commit that no branch or tag leads to; 'mig branch NAME <1>' keeps it\nSwitched to branch 'main'\n",
            Outcome.Normalize(back.Error));
        workspace.Ok("branch", "rescued", "HEAD@{1}");
        Assert.Equal("on no branch\n", workspace.Ok("log", "-1", "--oneline", "rescued")[11..]);
    }

    [Fact]
    public void An_unborn_branch_can_be_left_and_named()
    {
        using var workspace = new Workspace();
        workspace.Ok("-c", "init.defaultBranch=golden", "init");
        Assert.Equal("golden\n", workspace.Ok("branch", "--show-current"));
        workspace.Mig("log").Ends(1, "branch 'golden' has no commit yet; 'mig commit DISK' makes the first one");
        workspace.Mig("checkout", "-b", "other").Ends(0, "Switched to a new branch 'other'");
        Assert.Contains("[other (root-commit)", workspace.Ok("commit", SampleDisks.Data, "-m", "first"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_is_exact_in_every_format()
    {
        using Workspace workspace = Workspace.WithSample();
        string head = workspace.Ok("rev-parse", "HEAD");
        Assert.Equal("one.raw: one.raw of v1, 16 MiB, as raw\n", workspace.Ok("checkout", "v1", "--export", "one.raw"));
        Tool.Run("cmp", SampleDisks.One, workspace["one.raw"]);
        foreach (string format in (string[])["vmdk", "vmdk:streamOptimized", "vmdk:monolithicFlat"])
        {
            string name = format.Replace(':', '-') + ".vmdk";
            workspace.Ok("checkout", "v1", "--export", name, "--format", format);
            Tool.Run("qemu-img", "compare", "-f", "vmdk", "-F", "raw", workspace[name], SampleDisks.One);
            Outcome other = Tool.Capture("qemu-img", ["compare", "-f", "vmdk", "-F", "raw", workspace[name], SampleDisks.Two], "/",
                workspace.Environment, null);
            Assert.Equal(1, other.ExitCode);
        }

        Assert.Equal(head, workspace.Ok("rev-parse", "HEAD"));
    }

    [Fact]
    public void An_export_never_overwrites_without_force()
    {
        using Workspace workspace = Workspace.WithSample();
        File.WriteAllText(workspace["precious.raw"], "precious");
        workspace.Mig("checkout", "v1", "--export", "precious.raw")
            .Ends(3, "precious.raw exists; choose another name, or replace it with --force");
        Assert.Equal("precious", File.ReadAllText(workspace["precious.raw"]));
        workspace.Ok("checkout", "v1", "--export", "precious.raw", "--force");
        Tool.Run("cmp", SampleDisks.One, workspace["precious.raw"]);
        workspace.Mig("checkout", "v1", "--export", "disk.qcow3", "--format", "qcow3").Ends(2, "output format qcow3 is not known");
        workspace.Mig("checkout", "v1", "--format", "raw").Ends(2, "--export FILE");
        Assert.Equal(["precious.raw"], Directory.GetFiles(workspace.Folder).Select(Path.GetFileName));
    }
}
