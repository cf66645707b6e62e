using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class RemoteTests
{
    [Fact]
    public void Versions_go_out_and_come_back()
    {
        using Workspace workspace = Workspace.WithSample();
        string server = workspace["../server.mig"];
        workspace.Ok("init", "--bare", server);
        workspace.Ok("remote", "add", "origin", "../server.mig");
        Assert.Equal("origin\t../server.mig (fetch)\norigin\t../server.mig (push)\n", workspace.Ok("remote", "-v"));
        workspace.Mig("push").Ends(2, "mig push --set-upstream origin main");
        string pushed = Outcome.Normalize(workspace.Ok("push", "-u", "origin", "main", "side"));
        Assert.StartsWith("To ../server.mig\n * [new branch]            main -> main\n * [new branch]            side -> side\nSent ",
            pushed, StringComparison.Ordinal);
        Assert.EndsWith("branch 'main' set up to track 'origin/main'.\nbranch 'side' set up to track 'origin/side'.\n", pushed,
            StringComparison.Ordinal);
        Assert.Equal("Everything up-to-date\n", workspace.Ok("push"));
        Assert.Contains("[new tag]", workspace.Ok("push", "--tags"), StringComparison.Ordinal);

        workspace.Mig("clone", "../server.mig", "../two").Ends(0, "Cloning into '../two'...");
        Assert.Equal("origin/HEAD -> origin/main\norigin/main\norigin/side\n", workspace.Ok("-C", "../two", "branch", "-r")
            .Replace("  ", "", StringComparison.Ordinal));
        Assert.Equal("* main\n  remotes/origin/HEAD -> origin/main\n  remotes/origin/main\n  remotes/origin/side\n",
            workspace.Ok("-C", "../two", "branch", "-a"));
        Assert.Equal(workspace.Ok("rev-parse", "v1"), workspace.Ok("-C", "../two", "rev-parse", "v1"));
        workspace.Mig("-C", "../two", "checkout", "side").Ends(0, "branch 'side' set up to track 'origin/side'.");
        workspace.Ok("-C", "../two", "branch", "-f", "main", "v1");
        Assert.Equal("  main <1> [behind 1] golden web server\n* side <2> only the data\n",
            Outcome.Normalize(workspace.Ok("-C", "../two", "branch", "-v")));
        Assert.Equal("  main <1> [origin/main: behind 1] golden web server\n* side <2> [origin/side] only the data\n",
            Outcome.Normalize(workspace.Ok("-C", "../two", "branch", "-vv")));
        workspace.Ok("-C", "../two", "checkout", "main");
        Assert.Equal("Updating <1>..<2>\nFast-forward: 1 new commit\n", Outcome.Normalize(workspace.Ok("-C", "../two", "pull")));
        Assert.Equal("Already up to date.\n", workspace.Ok("-C", "../two", "pull"));
        Assert.Equal("", workspace.Ok("-C", "../two", "fetch"));
        workspace.Ok("fsck");
        workspace.Ok("--repo", server, "fsck");
        workspace.Ok("-C", "../two", "fsck");
    }

    [Fact]
    public void A_push_that_would_lose_versions_is_refused_and_says_what_to_do()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("init", "--bare", "../server.mig");
        workspace.Ok("remote", "add", "origin", "../server.mig");
        workspace.Ok("push", "-q", "-u", "origin", "main");
        Outcome refused = workspace.Mig("push", "origin", "side:main").Ends(3, "mig push --force-with-lease");
        Assert.Contains(" ! [rejected]              side -> main (non-fast-forward)\n", refused.Output, StringComparison.Ordinal);
        Assert.Contains(" + <1>...<2> side -> main (forced update)\n",
            Outcome.Normalize(workspace.Ok("push", "--force-with-lease", "origin", "side:main")), StringComparison.Ordinal);
        workspace.Mig("pull").Ends(3, "mig merge ");
        workspace.Mig("push", "--force-with-lease=main:v1", "origin", "main").Ends(3, "mig fetch");
        Assert.Contains("Would send", workspace.Ok("push", "--dry-run", "origin", "v1"), StringComparison.Ordinal);
        workspace.Mig("push", "origin", "nix").Ends(1, "nix");
        workspace.Mig("push", "nix").Ends(1, "there is no remote 'nix'");
        workspace.Mig("fetch", "origin", "nix").Ends(1, "the remote has no ref 'nix'");
        workspace.Mig("push", "--delete", "origin", "main").Ends(3);
        workspace.Mig("fetch", "../nowhere").Ends(1);
        workspace.Mig("fetch", "http://127.0.0.1:1/x").Ends(23);
        workspace.Mig("fetch", "ssh://-oProxyCommand=touch+pwned/x").Ends(2);
    }

    [Fact]
    public void Remotes_are_listed_changed_and_completed()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("remote", "add", "origin", "https://ada:secret@images.example/lab");
        workspace.Ok("remote", "add", "lab", "ssh://host/srv/images");
        Assert.Equal("lab\norigin\n", workspace.Ok("remote"));
        string all = workspace.Ok("remote", "-v") + workspace.Ok("remote", "--json") + workspace.Ok("remote", "get-url", "origin");
        Assert.DoesNotContain("secret", all, StringComparison.Ordinal);
        Assert.Equal("https://images.example/lab", workspace.Mig("remote", "--json").Json[1].GetProperty("urls")[0].GetString());
        workspace.Ok("remote", "rename", "lab", "attic");
        workspace.Ok("remote", "set-url", "--push", "attic", "/srv/push");
        Assert.Equal("/srv/push\n", workspace.Ok("remote", "get-url", "--push", "attic"));
        workspace.Mig("remote", "add", "attic", "x").Ends(3, "remote attic already exists");
        workspace.Mig("remote", "remove", "nix").Ends(1, "there is no remote 'nix'");
        workspace.Mig("remote", "nix").Ends(2, "mig help remote");
        Assert.Equal("attic\norigin\n", workspace.Ok("__complete", "fetch", ""));
        Assert.Equal("rename\nremove\n".Split('\n').Order(), workspace.Ok("__complete", "remote", "re").Split('\n').Order());
        Assert.Equal("attic\n", workspace.Ok("__complete", "remote", "rename", "a"));
        Assert.Equal("side\n", workspace.Ok("__complete", "push", "origin", "si"));
        workspace.Ok("remote", "remove", "attic");
        Assert.Equal("origin\n", workspace.Ok("remote"));
    }

    [Fact]
    public void Branches_follow_others_as_they_are_told()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Mig("branch", "-u", "side").Ends(0, "branch 'main' set up to track 'side'.");
        Assert.Equal("* main <1> [ahead 1, behind 1] rename the host\n  side <2> only the data\n",
            Outcome.Normalize(workspace.Ok("branch", "-v")));
        Assert.Equal(1, workspace.Mig("branch", "--json").Json[0].GetProperty("ahead").GetInt32());
        Assert.Equal(workspace.Ok("rev-parse", "side"), workspace.Ok("rev-parse", "@{upstream}"));
        workspace.Ok("branch", "--unset-upstream");
        workspace.Mig("branch", "--unset-upstream").Ends(1, "has no upstream");
        workspace.Mig("branch", "-u", "origin/main").Ends(1, "'origin/main' does not exist");
    }
}
