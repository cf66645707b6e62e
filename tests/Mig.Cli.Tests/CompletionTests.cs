using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>Types into a real bash, on a terminal, and presses the tab key.</summary>
public sealed class CompletionTests
{
    [Fact]
    public void Bash_completes_verbs_options_names_and_paths()
    {
        using Workspace workspace = Workspace.WithSample();
        Type(
            workspace,
            "source <(mig completion bash)\n",
            "mig versi\t > verb\n",
            "mig log --onel\t --no-dec\t > option\n",
            "mig checkout si\t 2> branch\n",
            "mig rev-parse li\t > tag\n",
            "mig log --oneline v1..ma\t > range\n",
            "mig cat v1:/et\thostn\t > path\n",
            "mig cat v1:/srv/sp\t > space\n",
            "mig log --oneline --color=alw\t > value\n",
            "mig commit dis\t -m disk > file\n");
        Assert.StartsWith("mig version ", Read("verb"), StringComparison.Ordinal);
        Assert.Equal("<1> rename the host\n<2> golden web server\n", Outcome.Normalize(Read("option")));
        Assert.Equal("Switched to branch 'side'\n", Read("branch"));
        Assert.Equal(workspace.Ok("rev-parse", "light"), Read("tag"));
        Assert.Equal("<1> rename the host\n", Outcome.Normalize(Read("range")));
        Assert.Equal("web01\n", Read("path"));
        Assert.Equal("s", Read("space"));
        Assert.Contains("\e[33m", Read("value"), StringComparison.Ordinal);
        Assert.StartsWith("[side ", Read("file"), StringComparison.Ordinal);

        // Without the script a tab is no help.
        Type(workspace, "mig versi\t > nothing\n");
        Assert.Equal("", Read("nothing"));

        string Read(string name) => File.ReadAllText(workspace[name]);
    }

    [Fact]
    public void Scripts_are_there_for_three_shells()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Shell("mig completion bash | bash -n").Ends(0);
        Assert.StartsWith("#compdef mig\n", workspace.Ok("completion", "zsh"), StringComparison.Ordinal);
        Assert.Contains("complete -c mig", workspace.Ok("completion", "fish"), StringComparison.Ordinal);
        workspace.Mig("completion").Ends(2, "name the shell");
        workspace.Mig("completion", "tcsh").Ends(2, "there are some for bash, zsh and fish");
    }

    [Theory]
    [InlineData("bra", "branch")]
    [InlineData("branch --show-c", "--show-current")]
    [InlineData("--re", "--repo")]
    [InlineData("ls v1:", "v1:/ v1:@0/")]
    [InlineData("ls v1:/u", "v1:/usr/")]
    [InlineData("ls v1:/srv/", "v1:/srv/grün v1:/srv/pipe v1:/srv/sp ace")]
    [InlineData("tag new m", "main")]
    [InlineData("checkout --format vmdk:s", "vmdk:streamOptimized")]
    [InlineData("checkout v1 --disk ", "one.raw")]
    [InlineData("help fs", "fsck")]
    [InlineData("config user.", "user.email user.name")]
    [InlineData("cat nothing:/", "")]
    [InlineData("nothing ", "")]
    public void Candidates_are_what_may_stand_there(string line, string candidates)
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal(candidates, string.Join(
            ' ', workspace.Ok(["__complete", .. line.Split(' ')]).Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    private static void Type(Workspace workspace, params string[] lines)
    {
        File.WriteAllBytes(workspace["disk.raw"], new byte[4096]);
        workspace.Environment["PATH"] = $"{workspace.MakeProgram()}:{Environment.GetEnvironmentVariable("PATH")}";
        workspace.Environment["INPUTRC"] = "/dev/null";
        string typed = string.Concat(lines) + "exit 0\n";
        Tool.Capture("script", ["-qec", "bash --norc --noprofile -i", "/dev/null"], workspace.Folder, workspace.Environment, typed).Ends(0);
    }
}
