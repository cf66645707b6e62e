using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class ConfigTests
{
    [Fact]
    public void Settings_are_found_where_they_count()
    {
        using var workspace = new Workspace();
        workspace.Ok("config", "--global", "core.compression", "7");
        Assert.Equal("7\n", workspace.Ok("config", "core.compression"));
        workspace.Mig("config", "core.compression", "5").Ends(1, "no mig repository");
        workspace.Ok("init");
        workspace.Ok("config", "core.compression", "5");
        Assert.Equal("5\n", workspace.Ok("config", "--get", "core.compression"));
        Assert.Equal("7\n", workspace.Ok("config", "--global", "core.compression"));
        Assert.Equal("9\n", workspace.Ok("-c", "core.compression=9", "config", "core.compression"));
        Assert.Equal("7\n5\n", workspace.Ok("config", "--get-all", "core.compression"));
        Assert.Contains($"file:{workspace[".mig/config"]}\tcore.compression=5\n", workspace.Ok("config", "--list", "--show-origin"),
            StringComparison.Ordinal);
        workspace.Ok("config", "--unset", "core.compression");
        Assert.Equal("7\n", workspace.Ok("config", "core.compression"));
        workspace.Mig("config", "--global", "--local", "a.b").Ends(2, "give one of");
        workspace.Mig("config", "nodot").Ends(2, "cannot be the name of a setting");
        workspace.Mig("-c", "core.compression=much", "commit", SampleDisks.Data, "-m", "x").Ends(2, "core.compression is 'much'");
    }

    [Theory]
    [InlineData("config a.b one|config a.b")]
    [InlineData("config a.b")]
    [InlineData("config --get a.b")]
    [InlineData("config a.b one|config --add a.b two|config --get-all a.b|config --get a.b")]
    [InlineData("config a.b one|config --unset a.b|config a.b")]
    [InlineData("config section.Sub.key value|config section.Sub.KEY|config section.sub.key")]
    [InlineData("config --local a.b c|config --global a.b")]
    public void Git_is_answered_alike(string script)
    {
        using var workspace = new Workspace();
        workspace.Ok("init");
        Tool.Capture("git", ["init", "-q"], workspace.Folder, workspace.Environment, null).Ends(0);
        foreach (string[] arguments in script.Split('|').Select(line => line.Split(' ')))
        {
            Outcome git = Tool.Capture("git", arguments, workspace.Folder, workspace.Environment, null);
            Outcome mig = workspace.Mig(arguments);
            Assert.Equal((git.ExitCode, git.Output), (mig.ExitCode, mig.Output));
        }

        // The judge can say no.
        Assert.NotEqual(
            Tool.Capture("git", ["config", "x.y"], workspace.Folder, workspace.Environment, null).ExitCode,
            workspace.Mig("-c", "x.y=z", "config", "x.y").ExitCode);
    }
}
