using System.Security.Cryptography;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>What looks like an answer and is not quite one says so.</summary>
public sealed class AnswerTests
{
    [Fact]
    public void A_day_before_the_log_begins_is_answered_with_a_warning_and_commits_have_days_of_their_own()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("clone", "-q", ".", "copy");
        Outcome before = workspace.Mig("-C", "copy", "rev-parse", "main@{2020-01-01}").Ends(0);
        Assert.Equal(workspace.Ok("rev-parse", "main"), before.Output);
        Assert.Matches(
            "^warning: the log of 'main' only goes back to 20[0-9-]+ .*, so 'main@\\{2020-01-01\\}' is what was there then; "
            + "'main\\^\\{before:2020-01-01\\}' goes by the dates of commits\n$", before.Error);
        Assert.Empty(workspace.Mig("-C", "copy", "rev-parse", "main@{0}").Ends(0).Error);

        string golden = workspace.Ok("rev-parse", "main");
        workspace.SetTime(Workspace.Now + 86_400);
        workspace.Ok("-C", "copy", "commit", "--allow-empty", "-m", "a day later", workspace[SampleDisks.One]);
        Assert.NotEqual(golden, workspace.Ok("-C", "copy", "rev-parse", "main"));
        Assert.Equal(golden, workspace.Ok("-C", "copy", "rev-parse", $"main^{{before:@{Workspace.Now + 86_399}}}"));
        Assert.Equal(workspace.Ok("-C", "copy", "rev-parse", "main"),
            workspace.Ok("-C", "copy", "rev-parse", $"main^{{before:@{Workspace.Now + 86_400}}}"));
        workspace.Mig("-C", "copy", "rev-parse", "main^{before:2000-01-01}").Ends(1, "the oldest commit here");
        workspace.Mig("-C", "copy", "rev-parse", "main^{before:someday}").Ends(2, "is not a date");
    }

    [Fact]
    public void A_verb_that_destroys_is_no_suggestion()
    {
        using var workspace = new Workspace();
        foreach (string typo in (string[])["prune", "purg", "pruge", "rn"])
            Assert.DoesNotContain("Did you mean 'purge'", workspace.Mig(typo).Ends(2, $"'{typo}' is not a verb of mig.").Error.Replace(
                "'rm'", "'purge'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("purge", workspace.Mig("help", "prune").Ends(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quick_check_says_nothing_of_contents_that_it_did_not_read()
    {
        using Workspace workspace = Workspace.WithSample();
        Outcome quick = workspace.Mig("fsck", "--quick").Ends(0);
        Assert.DoesNotContain("Everything", quick.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing is missing. Contents were not read (--quick), so whether they are intact is not known", quick.Output,
            StringComparison.Ordinal);
        Assert.False(workspace.Mig("fsck", "--quick", "--json").Ends(0).Json.TryGetProperty("isIntact", out _));
        Assert.True(workspace.Mig("fsck", "--json").Ends(0).Json.GetProperty("isIntact").GetBoolean());
    }

    [Fact]
    public void A_disk_goes_through_pipes_both_ways()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("checkout", "v1", "--export", "v1.raw");
        string hash = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(workspace["v1.raw"])));
        Outcome streamed = workspace.Shell("mig checkout v1 --export - | sha256sum; mig checkout v1 -o - > s.raw; cmp s.raw v1.raw")
            .Ends(0);
        Assert.StartsWith(hash.ToLowerInvariant(), streamed.Output, StringComparison.Ordinal);
        Assert.Equal("standard output: one.raw of v1, 16 MiB, as raw\n", workspace.Shell("mig checkout v1 -o - >/dev/null").Ends(0).Error);
        Assert.False(File.Exists(workspace["-"]));
        workspace.Mig("checkout", "v1", "-o", "-", "--format", "qcow2").Ends(2, "standard output takes a whole raw disk");

        workspace.Shell(
            "mig checkout -q -b piped v1; cat v1.raw | mig commit - --allow-empty -m 'from a pipe'; mig checkout -q piped; mig checkout "
            + "-o back.raw; cmp back.raw v1.raw").Ends(0);
        Assert.Contains("disk.raw", workspace.Ok("show", "HEAD"), StringComparison.Ordinal);
        workspace.Mig("commit", "-", "-m", "nothing").Ends(2, "standard input is empty");
        workspace.Mig("commit", "-", "-F", "-").Ends(2, "the disk or the message, not both");
        workspace.Mig("commit", "-", "-", "-m", "x").Ends(2, "'-' is given more than once");
        Assert.Empty(Directory.GetFileSystemEntries(workspace[".mig/tmp"]));
    }

    // A disk that a stream sent is read as one that has a name: containers, too.
    [Fact]
    public void A_container_may_come_through_a_pipe()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("checkout", "v1", "--export", "v1.qcow2");
        workspace.Shell(
            "mig checkout -q -b piped v1; mig commit - --allow-empty -m 'a container' < v1.qcow2; mig checkout v1 -o v1.raw; mig checkout "
            + "piped -o piped.raw; cmp v1.raw piped.raw").Ends(0);
    }

    [Fact]
    public void What_this_user_may_not_touch_ends_with_4()
    {
        string[] commands = ["--repo closed.mig log", "fetch ./closed.mig", "commit closed/disk.raw -m x",
            "checkout v1 --export closed/new.raw", "put closed/f HEAD:/f", "audit --feed closed/feed.json"];
        using Workspace workspace = Workspace.WithSample();
        Directory.CreateDirectory(workspace["closed"]);
        Tool.Run("cp", "-a", workspace[".mig"], workspace["closed.mig"]);
        Tool.Run("chmod", "000", workspace["closed"], workspace["closed.mig"]);
        try
        {
            // Root without the two capabilities is a user like others.
            const string Unprivileged = "setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -dac_override,-dac_read_search";
            string mig = $"{(Environment.IsPrivilegedProcess ? Unprivileged : "")} '{Testing.BuiltProgram.Path}'";
            foreach (string command in commands)
            {
                Outcome outcome = workspace.Shell($"{mig} {command}").Ends(4);
                Assert.Contains("closed", outcome.Error, StringComparison.Ordinal);
                Assert.Contains("denied; run mig as a user who may, or change the permissions", outcome.Error, StringComparison.Ordinal);
            }
        }
        finally
        {
            Tool.Run("chmod", "755", workspace["closed"], workspace["closed.mig"]);
        }
    }
}
