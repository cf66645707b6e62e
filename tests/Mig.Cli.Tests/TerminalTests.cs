using System.Text.RegularExpressions;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>What only a terminal gets: <c>script</c> provides one.</summary>
public sealed partial class TerminalTests
{
    [Fact]
    public void Colours_are_for_terminals_that_want_them()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Contains("\e[33m", OnTerminal(workspace, "log --oneline"), StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", OnTerminal(workspace, "log --oneline --color=never"), StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", workspace.Ok("log", "--oneline"), StringComparison.Ordinal);
        Assert.Contains("\e[33m", workspace.Ok("log", "--oneline", "--color=always"), StringComparison.Ordinal);
        Assert.Contains("HEAD", OnTerminal(workspace, "log --oneline"), StringComparison.Ordinal);
        workspace.Environment["NO_COLOR"] = "1";
        Assert.DoesNotContain("\e[", OnTerminal(workspace, "log --oneline"), StringComparison.Ordinal);
        Assert.Contains("\e[33m", OnTerminal(workspace, "log --oneline --color=always"), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_as_safe_on_a_terminal()
    {
        using Workspace workspace = Workspace.WithSample();
        string listing = OnTerminal(workspace, "ls -R --color=never :/srv");
        Assert.DoesNotContain('\e', listing);
        Assert.Contains("\"/srv/esc\\033[31m\"", listing, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_work_shows_a_bar_on_a_terminal_and_nothing_in_a_pipe()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Environment["MIG_PROGRESS_DELAY"] = "0";
        string shown = OnTerminal(workspace, $"commit {SampleDisks.Partitioned} -m parts");
        Match[] bars = [.. Bar().Matches(shown).Cast<Match>()];
        Assert.NotEmpty(bars);
        Assert.Equal("0", bars[0].Groups["percent"].Value);
        Assert.Contains("\r\e[K", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("parts.raw [",
            OnTerminal(workspace, $"commit {SampleDisks.Partitioned} -m parts --allow-empty --no-progress"), StringComparison.Ordinal);
        Assert.DoesNotContain('\r', workspace.Mig("commit", SampleDisks.Data, "-m", "more").Ends(0).Error);
    }

    [Fact]
    public void The_bar_gives_way_to_what_a_hook_says()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Environment["MIG_PROGRESS_DELAY"] = "0";
        File.WriteAllText(workspace[".mig/hooks/pre-commit"], "#!/bin/sh\necho looking\nsleep 1\necho fine\n");
        Tool.Run("chmod", "755", workspace[".mig/hooks/pre-commit"]);
        string shown = OnTerminal(workspace, $"commit {SampleDisks.Partitioned} -m parts");
        Assert.NotEmpty(Bar().Matches(shown));
        Assert.Contains("\r\e[Klooking\r\nfine\r\n", shown, StringComparison.Ordinal);
    }

    private static string OnTerminal(Workspace workspace, string command)
    {
        string program = $"'{Testing.BuiltProgram.Path}'";
        return Tool.Capture("script", ["-qec", $"stty columns 100; {program} {command}", "/dev/null"], workspace.Folder,
            workspace.Environment, null).Ends(0).Output;
    }

    [GeneratedRegex(@"parts\.raw \[#*\.*\] +(?<percent>\d+) % [\d.]+ [KM]?i?B of [\d.]+ [KM]iB, [\d.]+ [KMG]?i?B/s")]
    private static partial Regex Bar();
}
