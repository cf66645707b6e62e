using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mig.Cli.Json;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>Runs the commands of the guide and compares what they print with what the guide shows.</summary>
/// <remarks>With <c>MIG_UPDATE_GUIDE=1</c> in the environment the pages are written anew.</remarks>
public sealed partial class GuideTests
{
    private const string Begin = "```console\n";
    private const string End = "```";
    private const string Prompt = "$ ";
    private const string Mark = "\u0001";

    private static readonly string Folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../docs/guide"));

    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Folder, "*.md").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_guide_shows_what_happens(string page)
    {
        string path = Path.Combine(Folder, page), text = File.ReadAllText(path);
        using var workspace = new Workspace();

        // Hooks are programs of their own, so to them mig must be one, too.
        workspace.Environment["PATH"] = $"{workspace.MakeProgram()}:/usr/sbin:/sbin:{Environment.GetEnvironmentVariable("PATH")}";
        Tool.Run("bash", "-euc", $"""
            cd '{workspace.Folder}'
            cp '{SampleDisks.Partitioned}' golden.raw
            cp golden.raw patched.raw
            dd if='{SampleDisks.Two}' of=patched.raw bs=1M seek=1 conv=notrunc status=none
            cp '{SampleDisks.Data}' data.raw
            cp '{SampleDisks.Server}' server.raw
            cp '{SampleDisks.ServerPatched}' server-patched.raw
            """);
        string now = Render(text, workspace);
        if (Environment.GetEnvironmentVariable("MIG_UPDATE_GUIDE") == "1")
            File.WriteAllText(path, now);
        else
            Assert.Equal(Normalize(now), Normalize(text));
    }

    [Fact]
    public void The_comparison_can_fail()
    {
        string text = File.ReadAllText(Path.Combine(Folder, "first-steps.md"));
        Assert.NotEqual(Normalize(text), Normalize(text.Replace("rename the host", "rename the guest", StringComparison.Ordinal)));
        Assert.NotEqual(Normalize(text), Normalize(text.Replace("the same\n", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_key_of_JSON_is_documented()
    {
        string text = File.ReadAllText(Path.Combine(Folder, "json.md"));
        foreach (Type type in typeof(MigJson).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(MigJson).Namespace && type.GetMethod("<Clone>$") is not null))
        {
            foreach (PropertyInfo property in type.GetProperties())
                Assert.Contains($"`{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}`", text, StringComparison.Ordinal);
        }
    }

    private static string Render(string text, Workspace workspace)
    {
        var commands = new List<string>();
        foreach (string block in Blocks(text))
            commands.AddRange(block.Split('\n').Where(line => line.StartsWith(Prompt, StringComparison.Ordinal))
                .Select(line => line[Prompt.Length..]));
        if (commands.Count == 0)
            return text;
        string script = string.Concat(commands.Select(command => $"printf '{Mark}'\n{{ {command}\n}} 2>&1\n"));
        string[] outputs = workspace.Shell(script + "true")
            .Ends(0).Output.Replace(workspace.Folder, "/srv/images", StringComparison.Ordinal).Split(Mark)[1..];
        Assert.Equal(commands.Count, outputs.Length);
        var rendered = new StringBuilder();
        int next = 0, position = 0;
        foreach (string block in Blocks(text))
        {
            int start = text.IndexOf(Begin + block, position, StringComparison.Ordinal) + Begin.Length;
            rendered.Append(text, position, start - position);
            foreach (string _ in block.Split('\n').Where(line => line.StartsWith(Prompt, StringComparison.Ordinal)))
            {
                rendered.Append(Prompt).Append(commands[next]).Append('\n').Append(outputs[next]);
                next++;
            }

            position = start + block.Length;
        }

        return rendered.Append(text, position, text.Length - position).ToString();
    }

    private static IEnumerable<string> Blocks(string text)
    {
        for (int start = text.IndexOf(Begin, StringComparison.Ordinal); start >= 0;
            start = text.IndexOf(Begin, start, StringComparison.Ordinal))
        {
            start += Begin.Length;
            yield return text[start..text.IndexOf(End, start, StringComparison.Ordinal)];
        }
    }

    // What mke2fs and the compressor write differs between their versions, and so do ids and sizes; and who runs the test owns the files.
    private static string Normalize(string text)
    {
        text = Outcome.Normalize(text);
        text = Purged().Replace(text, "<varies>");
        text = Size().Replace(text, "<size>");
        text = Percentage().Replace(text, "<percentage>");
        text = Places().Replace(text, "in <places>, first at <offset>");
        text = Owner().Replace(text, "$1 <owner> ");
        text = JsonNumber().Replace(text, "\":<number>");
        return Blank().Replace(text, " ");
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"[0-9a-f]{16}\.map|\d+ contents?")]
    private static partial Regex Purged();

    [GeneratedRegex(@"\d[\d.,]*( [KMG]i)?B?( B| objects?| packs?| layout nodes?| times smaller|/s)|\d[\d.]* [KMG]iB")]
    private static partial Regex Size();

    // The disks are made anew for each run, and the times in their inode tables differ.
    [GeneratedRegex(@"in \d+ places?, first at \d+")]
    private static partial Regex Places();

    [GeneratedRegex(@"\d+\.\d%")]
    private static partial Regex Percentage();

    [GeneratedRegex(@"(?m)^([-dlcbps][-rwxsStT]{9}) +\d+ +\d+ ")]
    private static partial Regex Owner();

    [GeneratedRegex(@""":\d+")]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@" {2,}")]
    private static partial Regex Blank();
}
