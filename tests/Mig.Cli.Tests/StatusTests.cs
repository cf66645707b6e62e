using System.Text.Json;
using Mig.Cli.Tests.Support;

namespace Mig.Cli.Tests;

public sealed class StatusTests
{
    [Fact]
    public void Status_says_what_is_not_committed()
    {
        using Workspace workspace = Workspace.WithSample();
        string disk = workspace["disk.raw"];
        File.Copy(SampleDisks.Two, disk);
        workspace.Ok("commit", disk, "-m", "the same");
        string clean = workspace.Ok("status", "disk.raw");
        Assert.StartsWith("On branch main\n\ndisk.raw against HEAD (", clean, StringComparison.Ordinal);
        Assert.EndsWith("\n\nnothing differs\n", clean, StringComparison.Ordinal);
        Assert.Equal("", workspace.Ok("status", "-s", "disk.raw"));

        File.Copy(SampleDisks.One, disk, overwrite: true);
        Assert.Contains("Configuration (/etc):\n  M /etc/hostname\n", workspace.Ok("status", "--full", "disk.raw"),
            StringComparison.Ordinal);
        Assert.Contains("all files read", workspace.Ok("status", "--full", "disk.raw"), StringComparison.Ordinal);
        Assert.StartsWith("## main\nM /etc/hostname\n", workspace.Ok("status", "--porcelain", "-b", "disk.raw"), StringComparison.Ordinal);
        Assert.Equal("", workspace.Mig("status", "--exit-code", "-s", "--against", "v1", "disk.raw").Ends(0).Output);
        workspace.Mig("status", "--exit-code", "disk.raw").Ends(1);
        Assert.Equal("", workspace.Mig("status", "-q", "disk.raw").Ends(1).Output);
        JsonElement json = workspace.Mig("status", "--json", "disk.raw").Ends(0).Json;
        Assert.Equal("refs/heads/main", json.GetProperty("branch").GetString());
        Assert.True(json.GetProperty("differs").GetBoolean());
        Assert.Equal("/etc/hostname", json.GetProperty("changes")[0].GetProperty("path").GetString());
        workspace.Mig("status", "nowhere.raw").Ends(1, "nowhere.raw");
    }

    [Fact]
    public void Before_the_first_commit_there_is_nothing_to_compare()
    {
        using var workspace = new Workspace();
        workspace.Ok("init");
        Assert.Equal("On branch main\n\nNo commits yet\n'mig commit DISK' makes the first one\n", workspace.Ok("status"));
        Assert.False(workspace.Mig("status", "--json").Ends(0).Json.TryGetProperty("differs", out _));
    }

    [Fact]
    public void The_upstream_is_told_as_by_git()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("init", "--bare", "../server.mig");
        workspace.Ok("remote", "add", "origin", "../server.mig");
        workspace.Ok("push", "-q", "-u", "origin", "main");
        Assert.Contains("Your branch is up to date with 'origin/main'.\n", workspace.Ok("status"), StringComparison.Ordinal);
        workspace.Ok("branch", "-f", "side", "v1");
        workspace.Ok("branch", "-u", "origin/main", "side");
        workspace.Ok("checkout", "side");
        Assert.Contains("Your branch is behind 'origin/main' by 1 commit", workspace.Ok("status"), StringComparison.Ordinal);
        Assert.StartsWith("## side...origin/main [behind 1]\n", workspace.Ok("status", "-sb"), StringComparison.Ordinal);
        workspace.Ok("commit", SampleDisks.Data, "-m", "apart");
        Assert.Contains("have diverged, and have 1 and 1 different commits each", workspace.Ok("status"), StringComparison.Ordinal);
    }
}
