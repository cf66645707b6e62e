using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>Where mig has Git's words, it behaves as Git does: the same commands, given to both, end and print alike.</summary>
public sealed class GitHabitTests
{
    [Fact]
    public void The_same_commands_print_the_same()
    {
        using Workspace workspace = Workspace.WithSample();
        string git = MakeGitSample(workspace);
        foreach (string command in (string[])
        [
            "log", "log --oneline", "log -1", "log --oneline --graph --all", "log --graph --all", "log v1..main --oneline",
                "log --all --oneline --decorate",
            "log --oneline main...side", "log --oneline ^v1 side", "log --until=@1790000030 --oneline",
            "branch", "branch -v", "branch --list s*", "branch --show-current", "tag", "tag -l v*", "tag -l nothing",
            "rev-parse HEAD", "rev-parse --abbrev-ref HEAD", "rev-parse v1..main", "reflog -1", "branch topic v1", "branch",
            "checkout side", "checkout -", "checkout -b new", "branch --show-current", "branch -m newer", "branch", "branch -d topic",
            "checkout main", "branch -D newer", "tag plain", "tag -d plain", "tag",
        ])
        {
            string[] arguments = command.Split(' ');
            Outcome expected = Tool.Capture("git", arguments, git, workspace.Environment, null), actual = workspace.Mig(arguments);
            Assert.Equal((command, expected.ExitCode, Shorten(expected.Output), Shorten(expected.Error)),
                (command, actual.ExitCode, Shorten(actual.Output), Shorten(actual.Error)));
        }

        // The judge can say no.
        Assert.NotEqual(Shorten(Tool.Capture("git", ["log", "--oneline"], git, workspace.Environment, null).Output),
            Shorten(workspace.Ok("log", "--oneline", "-1")));
    }

    [Theory]
    [InlineData("branch -d side", "not fully merged")]
    [InlineData("branch -d main", "delete")]
    [InlineData("branch -d nothing", "branch 'nothing' not found")]
    [InlineData("branch main", "a branch named 'main' already exists")]
    [InlineData("tag v1", "tag 'v1' already exists")]
    [InlineData("tag -d nothing", "tag 'nothing' not found")]
    [InlineData("checkout -b side", "a branch named 'side' already exists")]
    public void The_same_commands_are_refused(string command, string words)
    {
        using Workspace workspace = Workspace.WithSample();
        string git = MakeGitSample(workspace);
        string[] arguments = command.Split(' ');
        (string, string) before = (State(), GitState());
        Outcome expected = Tool.Capture("git", arguments, git, workspace.Environment, null), actual = workspace.Mig(arguments);
        Assert.NotEqual(0, expected.ExitCode);
        Assert.NotEqual(0, actual.ExitCode);
        Assert.Contains(words, expected.Error, StringComparison.Ordinal);
        Assert.Contains(words, actual.Error, StringComparison.Ordinal);
        Assert.Equal(before, (State(), GitState()));

        string State() => workspace.Ok("branch", "-v") + workspace.Ok("tag");

        string GitState() => Tool.Capture("git", ["branch", "-v"], git, workspace.Environment, null).Output
            + Tool.Capture("git", ["tag"], git, workspace.Environment, null).Output;
    }

    // The history of SampleRepository, in Git.
    private static string MakeGitSample(Workspace workspace)
    {
        foreach (string role in (string[])["AUTHOR", "COMMITTER"])
        {
            foreach (string field in (string[])["NAME", "EMAIL"])
                workspace.Environment[$"GIT_{role}_{field}"] = workspace.Environment[$"MIG_{role}_{field}"];
        }

        string folder = workspace["git"];
        Tool.Capture("bash", ["-euc", """
            export GIT_AUTHOR_DATE='@1790000000 +0000' GIT_COMMITTER_DATE='@1790000000 +0000'
            git init -q -b main --object-format=sha256 git
            cd git
            git config core.abbrev 10
            git config advice.detachedHead false
            git commit -q --allow-empty -m 'golden web server' -m 'First of its kind.'
            git tag -a v1 -m 'handed over'
            git branch side
            export GIT_AUTHOR_DATE='@1790000060 +0000' GIT_COMMITTER_DATE='@1790000060 +0000'
            git commit -q --allow-empty -m 'rename the host'
            git tag light
            git checkout -q side
            export GIT_AUTHOR_DATE='@1790000120 +0000' GIT_COMMITTER_DATE='@1790000120 +0000'
            git commit -q --allow-empty -m 'only the data'
            git checkout -q main
            """], workspace.Folder, workspace.Environment, null).Ends(0);
        return folder;
    }

    // Ids differ, and Git leaves blanks at the ends of lines of a graph.
    private static string Shorten(string text) => string.Join('\n', Outcome.Normalize(text).Split('\n').Select(line => line.TrimEnd()));
}
