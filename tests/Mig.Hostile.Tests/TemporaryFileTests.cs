using System.Diagnostics;
using System.Text.RegularExpressions;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>Two edits at once: whoever clears away temporary files while another is at any of its steps takes none that is alive.</summary>
public sealed partial class TemporaryFileTests : IDisposable
{
    private const int MostCalls = 8;

    private readonly TestRepository _repository = new();

    public TemporaryFileTests()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 1024", "8M");
        _repository.Commit("disk");
        _repository.Files.Write("file", MixedBytes.Make(100_000, 1));
        TestFolder.Copy(_repository.Folder, _repository.Files["before"]);
    }

    private string[] Slow => ["--repo", _repository.Folder, "put", _repository.Files["file"], "HEAD:/slow"];

    private string[] Quick => ["--repo", _repository.Folder, "put", "-b", "other", _repository.Files["file"], "HEAD:/quick"];

    [Fact]
    public void AnEditThatStandsStillKeepsItsFiles()
    {
        int frozen = 0;
        foreach ((string call, int number) in FindCalls())
        {
            Reset();
            using var slow = new FrozenProcess(call, number, Slow);
            frozen += slow.IsFrozen ? 1 : 0;
            using Process quick = MigProgram.Start([], Quick);
            (int quickCode, string quickOutput) = MigProgram.Finish(quick);
            (int slowCode, string slowOutput) = slow.Thaw();
            if (quickCode == 3 && quickOutput.Contains("the refs of this repository is locked by process", StringComparison.Ordinal))
            {
                // Calls are counted by thread: this one stood where it moves its branch, and nobody waits for that for ever.
                using Process again = MigProgram.Start([], Quick);
                (quickCode, quickOutput) = MigProgram.Finish(again);
            }

            Assert.True(quickCode == 0 && slowCode == 0, $"{call} {number}: {quickCode} {quickOutput}, {slowCode} {slowOutput}");
            Assert.Empty(_repository.Check().Problems);
        }

        Assert.True(frozen > 5, $"{frozen} times");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_repository.Folder, "tmp")));
    }

    // The control: without the lock it is taken, so the cleaner was there.
    [Fact]
    public void WhatNobodyHoldsIsTakenAndWhatIsNotOursIsNot()
    {
        string folder = Path.Combine(_repository.Folder, "tmp");
        string left = Path.Combine(folder, "scratch-0123456789abcdef0123456789abcdef"), notes = Path.Combine(folder, "notes.txt");
        File.WriteAllText(left, "left by a killed process");
        File.WriteAllText(notes, "somebody's");
        using Process quick = MigProgram.Start([], Quick);
        (int exitCode, string output) = MigProgram.Finish(quick);
        Assert.True(exitCode == 0, output);
        Assert.Equal([notes], Directory.EnumerateFiles(folder));
    }

    public void Dispose() => _repository.Dispose();

    // Where a temporary file is made, opened, locked, filled or given up. A thread counts its own calls, as the fault does.
    private List<(string Call, int Number)> FindCalls()
    {
        string trace = _repository.Files["trace"];
        using (Process process = MigProgram.Start(["strace", "-f", "-y", "-o", trace, "-e", "trace=openat,flock,ftruncate,unlink"], Slow))
            Assert.Equal(0, MigProgram.Finish(process).ExitCode);
        var counts = new Dictionary<(string Thread, string Call), int>();
        var found = new SortedSet<(string, int)>();
        foreach (string line in File.ReadLines(trace))
        {
            if (TracedCall().Match(line) is not { Success: true } match)
                continue;
            (string thread, string call) = (match.Groups[1].Value, match.Groups[2].Value);
            int number = counts[(thread, call)] = counts.GetValueOrDefault((thread, call)) + 1;
            if (line.Contains($"{_repository.Folder}/tmp/", StringComparison.Ordinal))
                found.Add((call, number));
        }

        Assert.Contains(found, item => item.Item1 == "openat");
        int step = Math.Max(1, found.Count / MostCalls);
        return [.. found.Where((_, i) => i % step == 0)];
    }

    private void Reset()
    {
        Directory.Delete(_repository.Folder, recursive: true);
        TestFolder.Copy(_repository.Files["before"], _repository.Folder);
    }

    [GeneratedRegex(@"^(\d+) +(\w+)\(")]
    private static partial Regex TracedCall();
}
