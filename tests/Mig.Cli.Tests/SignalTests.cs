using System.Diagnostics;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class SignalTests
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_commit_that_is_stopped_leaves_nothing_half_done(string signal, int exitCode)
    {
        using Workspace workspace = Workspace.WithSample();
        string head = workspace.Ok("rev-parse", "HEAD");
        byte[] bytes = new byte[160 << 20];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(workspace["noise.raw"], bytes);

        // A test may run where Ctrl-C is ignored; the program must not begin like that.
        var start = new ProcessStartInfo(
            "env", ["--default-signal=INT,TERM", Testing.BuiltProgram.Path, "commit", "noise.raw", "-m", "noise"])
        {
            WorkingDirectory = workspace.Folder,
            RedirectStandardError = true,
        };
        foreach ((string key, string? value) in workspace.Environment)
            start.Environment[key] = value;
        using Process process = Process.Start(start)!;
        while (!process.HasExited && Directory.GetFiles(workspace[".mig/tmp"]).Length == 0)
            Thread.Sleep(2);
        Tool.Run("kill", $"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        process.WaitForExit();
        Assert.Equal("error: interrupted; nothing was left half done\n", process.StandardError.ReadToEnd());
        Assert.Equal(exitCode, process.ExitCode);
        Assert.Equal(head, workspace.Ok("rev-parse", "HEAD"));
        Assert.Empty(Directory.GetFiles(workspace[".mig/tmp"]));
        workspace.Mig("fsck").Ends(0);
    }

    [Fact]
    public void Two_commits_at_once_both_land_or_one_says_why()
    {
        using Workspace workspace = Workspace.WithSample();
        Outcome both = workspace.Shell($"""
            mig commit '{SampleDisks.One}' -m one >one.out 2>one.err & first=$!
            mig commit '{SampleDisks.Data}' -m data >data.out 2>data.err & second=$!
            wait $first; a=$?; wait $second; b=$?
            echo $a $b; cat one.err data.err
            """).Ends(0);
        string[] codes = both.Output.Split('\n')[0].Split(' ');
        Assert.All(codes, code => Assert.Contains(code, (string[])["0", "3"]));
        Assert.Contains("0", codes);
        if (codes.Contains("3"))
            Assert.Contains("refs/heads/main moved from", both.Output, StringComparison.Ordinal);
        Assert.Equal(codes.Count(code => code == "0"), workspace.Ok("log", "--oneline", "light..main").Count(c => c == '\n'));
        workspace.Mig("fsck").Ends(0);
    }
}
