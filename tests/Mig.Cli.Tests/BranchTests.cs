using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class BranchTests
{
    [Fact]
    public void Branches_are_listed_made_moved_renamed_and_deleted()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal("* main\n  side\n", workspace.Ok("branch"));
        Assert.Equal("* main <1> rename the host\n  side <2> only the data\n", Outcome.Normalize(workspace.Ok("branch", "-v")));
        Assert.Equal("", workspace.Ok("branch", "web/1", "v1"));
        Assert.Equal("  web/1\n", workspace.Ok("branch", "--list", "web/*"));
        workspace.Mig("branch", "web/1").Ends(3, "a branch named 'web/1' already exists");
        workspace.Ok("branch", "-f", "web/1", "main");
        Assert.Equal(workspace.Ok("rev-parse", "main"), workspace.Ok("rev-parse", "web/1"));
        workspace.Mig("branch", "-f", "main", "v1").Ends(3, "HEAD is on branch 'main'");

        workspace.Ok("config", "branch.main.description", "the golden line");
        workspace.Ok("branch", "-m", "golden");
        Assert.Equal("golden\n", workspace.Ok("branch", "--show-current"));
        Assert.Equal("the golden line\n", workspace.Ok("config", "branch.golden.description"));
        workspace.Mig("branch", "-m", "side", "golden").Ends(3, "a branch named 'golden' already exists");
        workspace.Mig("branch", "-m", "nix", "other").Ends(1, "branch 'nix' not found.");

        workspace.Mig("branch", "-d", "golden").Ends(3, "HEAD is on branch 'golden'");
        Assert.Equal("Deleted branch web/1 (was <1>).\n", Outcome.Normalize(workspace.Ok("branch", "-d", "web/1")));
        workspace.Mig("branch", "-d", "side").Ends(3, "'mig branch -D side' deletes it all the same");
        Assert.Equal("Deleted branch side (was <1>).\n", Outcome.Normalize(workspace.Ok("branch", "-D", "side")));
        workspace.Mig("branch", "-d", "side").Ends(1, "branch 'side' not found.");
        workspace.Mig("branch", "no..dots").Ends(2, "cannot be the name of a branch");
        Assert.Equal("* golden\n", workspace.Ok("branch"));
    }

    [Fact]
    public void No_verb_makes_a_branch_called_HEAD()
    {
        using Workspace workspace = Workspace.WithSample();
        File.WriteAllText(workspace["hosts.csv"], "name\nHEAD\n");
        Directory.CreateDirectory(workspace["template/etc"]);
        File.WriteAllText(workspace["template/etc/hostname"], "{name}\n");
        const string No = "'HEAD'";
        workspace.Mig("branch", "HEAD").Ends(2, No);
        workspace.Mig("branch", "-m", "side", "HEAD").Ends(2, No);
        workspace.Mig("checkout", "-b", "HEAD").Ends(2, No);
        workspace.Mig("put", "-b", "HEAD", workspace["hosts.csv"], "main:/x").Ends(2, No);
        workspace.Mig("derive", "main", "--hosts", workspace["hosts.csv"], "--template", workspace["template"], "--branch", "{name}")
            .Ends(2, No);
        workspace.Ok("init", "--bare", "other");
        Assert.NotEqual(0, workspace.Mig("push", "other", "main:refs/heads/HEAD").ExitCode);
        Assert.Equal("* main\n  side\n", workspace.Ok("branch"));
        Assert.Empty(Directory.GetFiles(workspace["other/refs/heads"]));

        // One that an older mig made is named, and can be renamed and deleted.
        File.Copy(workspace[".mig/refs/heads/side"], workspace[".mig/refs/heads/HEAD"]);
        workspace.Mig("fsck").Ends(0, "a branch called HEAD");
        workspace.Ok("branch", "-m", "HEAD", "body");
        workspace.Ok("branch", "-D", "body");
    }

    [Theory]
    [InlineData("ref: refs/tags/v1", "which is not a branch")]
    [InlineData("ref: refs/remotes/origin/main", "which is not a branch")]
    [InlineData("{tag}", "which is not a commit")]
    public void Fsck_names_a_HEAD_that_leads_elsewhere(string head, string said)
    {
        using Workspace workspace = Workspace.WithSample();
        string tag = File.ReadAllText(workspace[".mig/refs/tags/v1"]).Trim();
        workspace.Mig("fsck").Ends(0);
        File.WriteAllText(workspace[".mig/HEAD"], head.Replace("{tag}", tag, StringComparison.Ordinal) + "\n");
        Assert.Contains(said, workspace.Mig("fsck").Ends(22).Output, StringComparison.Ordinal);
        workspace.Ok("checkout", "main");
        workspace.Mig("fsck").Ends(0);
    }

    [Fact]
    public void A_branch_on_what_is_no_commit_is_named()
    {
        using Workspace workspace = Workspace.WithSample();
        File.Copy(workspace[".mig/refs/tags/v1"], workspace[".mig/refs/heads/side"], overwrite: true);
        Assert.Contains("refs/heads/side is on tag", workspace.Mig("fsck").Ends(22).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_are_listed_made_and_deleted()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal("light\nv1\n", workspace.Ok("tag"));
        Assert.Equal("v1\n", workspace.Ok("tag", "-l", "v*"));
        workspace.Mig("tag", "v1").Ends(3, "tag 'v1' already exists");
        Assert.Equal("Updated tag 'v1' (was <1>)\n", Outcome.Normalize(workspace.Ok("tag", "-f", "v1", "main")));
        Assert.Equal(workspace.Ok("rev-parse", "main"), workspace.Ok("rev-parse", "v1"));
        Assert.Equal("Deleted tag 'v1' (was <1>)\n", Outcome.Normalize(workspace.Ok("tag", "-d", "v1")));
        workspace.Mig("tag", "-d", "v1").Ends(1, "tag 'v1' not found.");
        workspace.Mig("tag", "-a", "v2").Ends(2, "give it with -m");
        Assert.Equal("light\n", workspace.Ok("tag"));
    }

    [Fact]
    public void A_user_without_a_name_may_still_move_refs()
    {
        using Workspace workspace = Workspace.WithSample();
        foreach (string variable in (string[])["MIG_AUTHOR_NAME", "MIG_COMMITTER_NAME", "MIG_AUTHOR_EMAIL", "MIG_COMMITTER_EMAIL"])
            workspace.Environment[variable] = null;
        workspace.Ok("branch", "other");
        workspace.Mig("checkout", "other").Ends(0, "Switched to branch 'other'");
        workspace.Mig("tag", "-a", "v9", "-m", "who?").Ends(2, "user.name");
        workspace.Environment["MIG_COMMITTER_DATE"] = "the day after";
        workspace.Mig("branch", "third").Ends(2, "MIG_COMMITTER_DATE is 'the day after'");
    }
}
