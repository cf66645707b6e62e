using System.CommandLine;
using System.CommandLine.Parsing;
using Mig.Cli.CommandLines;
using Mig.Cli.Tests.Support;
using Mig.Testing;
using Mig.Cli.Verbs;

namespace Mig.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs => [.. VerbList.Names];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_help_and_examples_that_parse(string name)
    {
        Verb verb = VerbList.Create(name)!;
        Assert.Equal(name, verb.Command.Name);
        string help = HelpText.Of(verb);
        Assert.StartsWith($"mig {name}: ", help, StringComparison.Ordinal);
        Assert.Contains("\nExamples\n", help, StringComparison.Ordinal);
        Assert.NotEmpty(verb.Examples);
        Assert.All(verb.Usage, usage => Assert.StartsWith(name, usage, StringComparison.Ordinal));
        foreach ((string command, _) in verb.Examples)
        {
            int mig = command.IndexOf("mig ", StringComparison.Ordinal);
            // What follows a "--" is another program's.
            string[] words = [.. CommandLineParser.SplitCommandLine(
                command[(mig + 4)..].Replace(" -- ", " -- true | ", StringComparison.Ordinal)
                    .Split(" | ")[0].Split(" > ")[0].TrimEnd(')').Replace('\'', '"'))];
            Verb called = VerbList.Create(words[MigCommandLine.FindVerb(words)])!;
            ParseResult parsed = MigCommandLine.Parse(called, new GlobalOptions(), [.. words.Select(called.Rewrite)]);
            Assert.True(parsed.Errors.Count == 0, $"{command}: {string.Join(", ", parsed.Errors)}");
            Assert.DoesNotContain(parsed.CommandResult.Tokens, token => token.Value.StartsWith('-') && token.Value.Length > 1);
        }
    }

    [Fact]
    public void Help_is_found_in_every_way()
    {
        using var workspace = new Workspace();
        string help = workspace.Ok("help", "commit");
        Assert.Equal(help, workspace.Ok("commit", "--help"));
        Assert.Equal(help, workspace.Ok("commit", "-h"));
        string overview = workspace.Ok("help");
        Assert.Equal(overview, workspace.Ok("--help"));
        Assert.All(VerbList.Names, name => Assert.Contains($"\n  {name} ", overview, StringComparison.Ordinal));
        Assert.Matches(@"^mig version \d+\.\d+\.\d+ \((commit [0-9a-f]{10}\+?, )?(native code|for the \.NET runtime)\)\n$",
            workspace.Ok("--version"));
        Assert.Equal(workspace.Ok("--version"), workspace.Ok("version"));
        Assert.All(overview.Split('\n'), line => Assert.True(line.Length <= 120, line));
    }

    [Fact]
    public void Manual_pages_are_made_of_the_verbs()
    {
        using var workspace = new Workspace();
        workspace.Ok("help", "--man", "man");
        string[] pages = [.. Directory.GetFiles(workspace["man"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        Assert.Equal(VerbList.Names.Select(name => $"mig-{name}.1").Append("mig.1").Order(StringComparer.Ordinal), pages);

        // groff says what it does not understand; that it can say so is seen on a page with a request that there is not.
        foreach (string page in pages)
            Assert.Equal("", Tool.Run("groff", "-man", "-Tutf8", "-ww", "-z", workspace[$"man/{page}"]));
        File.WriteAllText(workspace["wrong.1"], ".TH A 1\n.NOSUCH\n");
        Assert.NotEqual("", Tool.Try("groff", "-man", "-Tutf8", "-ww", "-z", workspace["wrong.1"]).Output);
        string shown = Tool.Run("bash", "-c", $"man -l '{workspace["man/mig-commit.1"]}' | cat");
        Assert.Contains("Records the disks of a machine", shown, StringComparison.Ordinal);
    }
}
