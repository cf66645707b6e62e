using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class LogTests
{
    [Fact]
    public void A_log_reads_as_by_git()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal(
            """
            commit <1>
            Author: Ada Lovelace <ada@example.com>
            Date:   Mon Sep 21 14:14:20 2026 +0000

                rename the host

            commit <2>
            Author: Ada Lovelace <ada@example.com>
            Date:   Mon Sep 21 14:13:20 2026 +0000

                golden web server

                First of its kind.

            """.ReplaceLineEndings("\n").Replace("golden web server\n\n    First", "golden web server\n    \n    First", StringComparison.Ordinal),
            Outcome.Normalize(workspace.Ok("log")));
    }

    [Fact]
    public void What_is_shown_can_be_chosen()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal("<1> rename the host\n<2> golden web server\n", Outcome.Normalize(workspace.Ok("log", "--oneline")));
        Assert.Equal("<1> rename the host\n", Outcome.Normalize(workspace.Ok("log", "--oneline", "-1")));
        Assert.Equal("<1> rename the host\n", Outcome.Normalize(workspace.Ok("log", "--oneline", "v1..main")));
        Assert.Equal("<1> only the data\n<2> rename the host\n", Outcome.Normalize(workspace.Ok("log", "--oneline", "main...side")));
        Assert.Equal("<1> golden web server\n", Outcome.Normalize(workspace.Ok("log", "--oneline", "--until", "2026-09-21T14:14:00Z")));
        Assert.Equal("<1> rename the host\n", Outcome.Normalize(workspace.Ok("log", "--oneline", "--since", "2026-09-21T14:14:00Z")));
        Assert.Equal("", workspace.Ok("log", "-n", "0"));
        Assert.Equal(
            "<1> (side) only the data\n<2> (HEAD -> main, tag: light) rename the host\n<3> (tag: v1) golden web server\n",
            Outcome.Normalize(workspace.Ok("log", "--oneline", "--all", "--decorate")));
    }

    [Fact]
    public void A_graph_looks_as_by_git()
    {
        using Workspace workspace = Workspace.WithSample();
        string drawn = workspace.Ok("log", "--graph", "--oneline", "--all");
        Assert.Equal("* <1> only the data\n| * <2> rename the host\n|/\n* <3> golden web server\n", Outcome.Normalize(drawn));
        string[] full = Outcome.Normalize(workspace.Ok("log", "--graph", "--all")).Split('\n');
        Assert.Equal("* commit <1>", full[0]);
        Assert.Equal("| Author: Ada Lovelace <ada@example.com>", full[1]);
        Assert.Equal("| * commit <2>", full[6]);
        Assert.Equal("|/  Author: Ada Lovelace <ada@example.com>", full[7]);
    }

    [Fact]
    public void A_commit_shows_its_disks_and_volumes()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("commit", SampleDisks.Partitioned, "-m", "on partitions");
        Assert.Equal(
            """
            commit <1> (HEAD -> main)
            Author: Ada Lovelace <ada@example.com>
            Date:   Mon Sep 21 14:13:20 2026 +0000

                on partitions

            image <2>
            disk parts.raw: 24 MiB, GPT
              @1: ext4 'root', 16 MiB, partition 'system'
              @2: unknown, 2 MiB, partition 'mystery', not looked into: it holds no file system that mig knows

            against <3>: 1 changed

            """.ReplaceLineEndings("\n"),
            Outcome.Normalize(workspace.Ok("show")));
        Assert.StartsWith(
            "tag v1\nTagger: Ada Lovelace <ada@example.com>\nDate:   Mon Sep 21 14:13:20 2026 +0000\n\nhanded over\n\ncommit ",
            workspace.Ok("show", "v1"), StringComparison.Ordinal);
        Assert.StartsWith("image ", workspace.Ok("show", "v1^{image}"), StringComparison.Ordinal);
        Assert.Equal("web01\n", workspace.Ok("show", "v1:/etc/hostname"));
        Assert.Equal("hostname\nlink\nos-release\n", workspace.Ok("show", "v1:/etc"));
    }

    [Fact]
    public void Messages_cannot_reach_the_terminal()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("commit", SampleDisks.Data, "-m", "red \e[31m and \u202E reversed", "-m", "bell \a");
        string log = workspace.Ok("log", "-1");
        Assert.Contains("    red \\033[31m and \\342\\200\\256 reversed\n", log, StringComparison.Ordinal);
        Assert.Contains("    bell \\a\n", log, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', log);
    }
}
