using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mig.Testing;

namespace Mig.Architecture.Tests;

/// <summary>The programs of samples, as the build made them: they do what docs/guide/library.md says.</summary>
public sealed partial class SampleTests : IDisposable
{
    private const string Page = "docs/guide/library.md";
    private const int MostLines = 40;

    private readonly TestFolder _folder = new();

    public static TheoryData<string> Samples =>
        [.. Directory.GetDirectories(SourceTree.PathOf("samples")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Samples))]
    public void SampleIsShortAndStandsInTheGuide(string sample)
    {
        string text = SourceTree.ReadText($"samples/{sample}/Program.cs");
        Assert.InRange(text.Split('\n').Length - 1, 1, MostLines);
        Assert.Contains(text, new MarkdownDocument(SourceTree.ReadText(Page)).Blocks("csharp"));
        Assert.Contains($"(../../samples/{sample}/Program.cs)", SourceTree.ReadText(Page), StringComparison.Ordinal);
    }

    [Fact]
    public void DisksAreCommittedAndListed()
    {
        MakeDisk("one", "first");
        MakeDisk("two", "second");
        string first = Run("CommitAndList", "machines", "one.qcow2", "golden web server");
        Assert.Matches(
            @"^[1-9][0-9]* bytes are new, stored in [1-9][0-9]*\n[0-9a-f]{10} You: golden web server \(6 files\)\nmain is at [0-9a-f]{10}\n$", first);
        string second = Run("CommitAndList", "machines", "two.qcow2", "another one");
        Assert.Matches(@"\n[0-9a-f]{10} You: another one \(6 files\)\n[0-9a-f]{10} You: golden web server \(6 files\)\n", second);
        Assert.StartsWith("nothing changed\n", Run("CommitAndList", "machines", "two.qcow2", "again"), StringComparison.Ordinal);

        // What the sample wrote is what the program reads.
        Assert.Equal("second\n", Shell.Run(_folder.Path, "cd machines && mig cat HEAD:/etc/hostname"));
        Assert.Equal(LogIds(second), Lines(Shell.Run(_folder.Path, "cd machines && mig log --oneline")).Select(line => line[..10]));
    }

    [Fact]
    public void FilesOfAContainerAreWalkedWithoutARepository()
    {
        MakeDisk("disk", "golden");
        string[] lines = Lines(Run("WalkFiles", "disk.qcow2"));
        Assert.Equal("volume 1 of qcow2: ext4", lines[0]);

        // The judge is e2fsprogs, on the volume that sfdisk made.
        const string list =
            "debugfs -R \"ls -p $d\" volume 2>/dev/null | awk -F/ -v d=\"${d%/}\" '$6 != \"\" && $6 != \".\" && $6 != \"..\" { print d "
            + "\"/\" $6 }'";
        string judged = Shell.Run(_folder.Path,
            $"dd if=disk.raw of=volume bs=1M skip=1 status=none && for d in / /etc /usr /usr/bin; do {list}; done | sort");
        Assert.Equal(Lines(judged), lines[1..].Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
            .Order(StringComparer.Ordinal));
        Assert.Contains("SymbolicLink              10 /etc/link", lines);
        Assert.Contains("File                       7 /etc/hostname", lines);
        var project = XDocument.Load(SourceTree.PathOf("samples/WalkFiles/WalkFiles.csproj"));
        Assert.Equal(["Mig.Disks", "Mig.FileSystems"], project.Descendants("ProjectReference")
            .Select(item => Path.GetFileNameWithoutExtension(item.Attribute("Include")!.Value)));
    }

    [Fact]
    public void WhatIsNoDiskIsSaidInOneSentence()
    {
        (int exitCode, string output) = Try("WalkFiles", "missing.qcow2");
        Assert.Equal((1, "missing.qcow2 does not exist\n"), (exitCode, output));
    }

    [Fact]
    public async Task RepositoryIsServedUntilInterrupted()
    {
        MakeDisk("disk", "golden");
        Run("CommitAndList", "machines", "disk.qcow2", "golden web server");
        using Process server = Start("Serve", "machines", "127.0.0.1:0");
        string? line = await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(line);
        Match address = Address().Match(line);
        Assert.True(address.Success, line);
        Shell.Run(_folder.Path, $"mig clone -q {address.Value} copy && cd copy && test \"$(mig cat HEAD:/etc/hostname)\" = golden");
        Tool.Run("kill", "-INT", $"{server.Id}");
        string rest = await server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, server.ExitCode);
        Assert.NotEmpty(rest); // a line for each request
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> LogIds(string output) =>
        Lines(output).Where(line => line.Contains(" You: ", StringComparison.Ordinal)).Select(line => line[..10]);

    // Six nodes beside the root: etc, etc/hostname, etc/link, lost+found, usr, usr/bin.
    private void MakeDisk(string name, string host)
    {
        Directory.CreateDirectory(_folder["tree/etc"]);
        Directory.CreateDirectory(_folder["tree/usr/bin"]);
        _folder.Write("tree/etc/hostname", host + "\n");
        Shell.Run(
            _folder.Path,
            $"ln -sf /etc/hosts tree/etc/link && truncate -s 9M {name}.raw && printf 'label: dos\\nstart=2048, type=83\\n' | sfdisk -q "
                + $"{name}.raw && "
            + $"mkfs.ext4 -q -d tree -E offset=1048576,root_owner=0:0 {name}.raw 8M && qemu-img convert -O qcow2 {name}.raw {name}.qcow2 "
            + "&& rm -r tree");
    }

    private string Run(string sample, params string[] arguments)
    {
        (int exitCode, string output) = Try(sample, arguments);
        Assert.True(exitCode == 0, $"{sample} ended with {exitCode}: {output}");
        return output;
    }

    private (int ExitCode, string Output) Try(string sample, params string[] arguments)
    {
        using Process process = Start(sample, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private Process Start(string sample, params string[] arguments)
    {
        // artifacts/bin/Mig.Architecture.Tests/release holds the tests, artifacts/bin/WalkFiles/release the sample.
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string program = Path.Combine(here.Parent!.Parent!.FullName, sample, here.Name, sample);
        var start = new ProcessStartInfo(
            program, arguments)
        { WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = _folder.Path;
        foreach (string role in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"MIG_{role}_NAME"] = "You";
            start.Environment[$"MIG_{role}_EMAIL"] = "you@example.org";
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:[0-9]+")]
    private static partial Regex Address();
}
