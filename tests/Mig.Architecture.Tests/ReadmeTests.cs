using System.Text;
using System.Text.RegularExpressions;

namespace Mig.Architecture.Tests;

/// <summary>
/// The examples of README.md, run as they stand there, with the program that was just built. Ids, dates and sizes depend on the tools that
/// made the disk; all else must be what the page shows. <c>MIG_UPDATE_DOCS=1</c> writes what came out into the page instead.
/// </summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mig-readme-").FullName;

    [Fact]
    public void ExamplesDoWhatTheySay()
    {
        string readme = SourceTree.ReadText("README.md");
        string[] blocks = [.. new MarkdownDocument(readme).Blocks("console")];
        Assert.NotEmpty(blocks);
        ReadmeDisks.Make(_folder);
        string updated = readme;
        var differences = new StringBuilder();
        foreach (string block in blocks)
        {
            string actual = RunBlock(block);
            updated = updated.Replace(block, actual, StringComparison.Ordinal);
            if (Normalize(actual) != Normalize(block))
                differences.Append($"README.md shows\n{block}\nbut this came out\n{actual}\n");
        }

        if (Environment.GetEnvironmentVariable("MIG_UPDATE_DOCS") == "1")
            File.WriteAllText(SourceTree.PathOf("README.md"), updated);
        else
            Assert.True(differences.Length == 0, differences.ToString());
    }

    [Fact]
    public void ComparisonSeesAnotherWord()
    {
        Assert.Equal(Normalize("[main 1234567890] x\n 12.5 KiB"), Normalize("[main abcdef0123] x\n 1 MiB"));
        Assert.NotEqual(Normalize("[main 1234567890] x"), Normalize("[web 1234567890] x"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string RunBlock(string block)
    {
        var transcript = new StringBuilder();
        foreach (string line in block.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)))
        {
            transcript.Append(line).Append('\n');
            string output = Shell.Run(_folder, line[2..]).Replace(_folder, "~/machines", StringComparison.Ordinal);
            transcript.Append(output);
            if (output.Length > 0 && output[^1] != '\n')
                transcript.Append('\n');
        }

        return transcript.ToString();
    }

    private static string Normalize(string text)
    {
        text = Id().Replace(text, "ID");
        text = Number().Replace(text, "#");
        return Blanks().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\b[0-9a-f]{10,64}\b")]
    private static partial Regex Id();

    [GeneratedRegex(@"\b\d[\d,.:-]*(?: (?:B|KiB|MiB|GiB)\b)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex Blanks();
}
