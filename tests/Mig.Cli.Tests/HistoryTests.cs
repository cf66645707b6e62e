using System.Text.Json;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class HistoryTests
{
    [Fact]
    public void A_log_follows_paths_and_contents()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal("<1> rename the host\n<2> golden web server\n",
            Outcome.Normalize(workspace.Ok("log", "--oneline", "--", "/etc/hostname")));
        Assert.Equal("<1> golden web server\n", Outcome.Normalize(workspace.Ok("log", "--oneline", "main", "--", "/usr")));
        Assert.Equal("", workspace.Ok("log", "--oneline", "v1..main", "--", "*release"));
        Assert.Equal("<1> rename the host\nM\t/etc/hostname\n",
            Outcome.Normalize(workspace.Ok("log", "--oneline", "--name-status", "-1", "--", "/etc")));
        Assert.Contains(" /etc/hostname | 2 +-\n 1 file changed", workspace.Ok("log", "-1", "--stat"), StringComparison.Ordinal);
        Assert.Contains("\n-web01\n+web02\n", workspace.Ok("log", "-p", "-1", "--follow", "--", "/etc/hostname"), StringComparison.Ordinal);
        Assert.Contains("\nA\t/etc/hostname\n", workspace.Ok("log", "--name-status", "v1"), StringComparison.Ordinal);
        string content = workspace.Ok("ls", "--json", "v1:/etc/hostname").Split("\"sha256\":\"")[1][..64];
        Assert.Equal("<1> rename the host\n<2> golden web server\n", Outcome.Normalize(workspace.Ok("log", "--oneline", "-S", content)));
        Assert.Equal("* <1> rename the host\n* <2> golden web server\n",
            Outcome.Normalize(workspace.Ok("log", "--oneline", "--graph", "--", "/etc/hostname")));
        Assert.Equal(2, workspace.Mig("log", "--json", "--", "/etc/hostname").Ends(0).Json.GetArrayLength());
        Assert.Equal("", workspace.Mig("log", "--package", "nothing").Ends(6, "the packages of the system were not seen").Output);
        workspace.Mig("log", "-S", "web01").Ends(2, "takes the SHA-256");
        workspace.Mig("log", "--follow").Ends(2, "exactly one path");
        workspace.Mig("log", "--graph", "-p").Ends(2, "--graph");
    }

    [Fact]
    public void When_says_since_and_until()
    {
        using Workspace workspace = Workspace.WithSample();
        JsonElement entries = workspace.Mig("when", "/etc/hostname", "--json").Ends(0).Json;
        string first = workspace.Ok("rev-parse", "v1^{commit}").Trim(), second = workspace.Ok("rev-parse", "main").Trim(),
            side = workspace.Ok("rev-parse", "side").Trim();
        Assert.Equal(2, entries.GetArrayLength());
        Assert.Equal(first, entries[0].GetProperty("broughtBy")[0].GetString());
        Assert.Equal([second, side], entries[0].GetProperty("removedBy").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal(["main", "side"], entries[0].GetProperty("branches").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(0, entries[0].GetProperty("currentBranches").GetArrayLength());
        Assert.Equal(["main"], entries[1].GetProperty("currentBranches").EnumerateArray().Select(name => name.GetString()));
        string content = entries[0].GetProperty("value").GetString()!;
        Assert.Equal("/etc/hostname", workspace.Mig("when", content, "--json").Ends(0).Json[0].GetProperty("paths")[0].GetString());
        Assert.Contains($"  at      /etc/hostname\n  brought 2026-09-21 {first[..10]} golden web server\n", workspace.Ok("when", content),
            StringComparison.Ordinal);
        // a package of that name could be where mig did not look
        workspace.Mig("when", "nothing").Ends(6, "not seen: the operating system");
        workspace.Mig("when", "/nothing").Ends(1, "no version of any branch or tag has /nothing");
    }

    [Fact]
    public void Disks_are_compared_without_a_repository()
    {
        using var workspace = new Workspace();
        File.Copy(SampleDisks.One, workspace["one.raw"]);
        File.Copy(SampleDisks.Two, workspace["two.raw"]);
        Assert.Equal("M\t/etc/hostname\n", workspace.Ok("diff", "--name-status", "one.raw", "two.raw"));
        Assert.EndsWith("@@ -1 +1 @@\n-web01\n+web02\n", workspace.Ok("diff", "-p", "one.raw", "two.raw", "--", "*name"),
            StringComparison.Ordinal);
        Assert.Equal("", workspace.Ok("diff", "--name-status", "one.raw", "two.raw", "--", "/usr"));
        JsonElement json = workspace.Mig("diff", "--json", "one.raw", "two.raw").Ends(0).Json;
        Assert.Equal("one.raw", json.GetProperty("disksBefore")[0].GetString());
        workspace.Mig("diff", "--quiet", "one.raw", "one.raw").Ends(0);
        workspace.Mig("diff", "one.raw", "three.raw").Ends(1, "three.raw does not exist");
        workspace.Mig("diff", "one.raw").Ends(2, "there is no repository here");
        Assert.False(Directory.Exists(workspace[".mig"]));
    }
}
