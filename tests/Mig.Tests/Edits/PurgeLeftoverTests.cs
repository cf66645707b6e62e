using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.Edits;
using Mig.Edits.Purging;
using Mig.FileSystems;
using Mig.Testing;
using Mig.Tests.Formats;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>
/// A purge finds what no version of a branch has: what only a log leads to, what killed commands and purges left. It says that a secret is
/// gone only when it is; the judge is a reader of its own, which looks into every object of every pack.
/// </summary>
public sealed class PurgeLeftoverTests : IDisposable
{
    private const string Secret = "-----BEGIN TEST KEY----- 5c1d90aa a log leads to this, and nothing else does -----END TEST KEY-----";

    // Far from each other in CI, each for eng/crash.sh.
    private static readonly int Step = Crashes.Killing.IsLong ? 1 : 12;

    private readonly TestRepository _test = new();

    public PurgeLeftoverTests()
    {
        TestDisks.FileSystem(_test.Files, "disk", "-t ext4 -b 1024", "16M");
        _test.Commit("disk");
        _test.Files.Write("key", Encoding.UTF8.GetBytes(Secret));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatWasAmendedAwayIsGone(bool byPath)
    {
        AmendAway();
        Assert.Equal(0, Run("cat", "HEAD@{1}:/key").ExitCode);
        Assert.True(CountInPacks() > 0, "negative control: the reader finds it");
        (int exitCode, string output) =
            Run(["purge", .. byPath ? ["--path", "/key"] : (string[])["--sha256", ObjectId.Of(Encoding.UTF8.GetBytes(Secret)).ToString()]]);
        Assert.True(exitCode == 0, output);
        Assert.Contains("/key: gone from 1 image", output, StringComparison.Ordinal);
        Assert.Contains("Proved", output, StringComparison.Ordinal);
        AssertGone(_test.Folder);
        Assert.NotEqual(0, Run("cat", "HEAD@{1}:/key").ExitCode);
        Assert.Contains(" 0 may go", Run("gc", "-n", "--prune=now").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void InACloneItWorksAsWell()
    {
        Assert.Equal(0, Run("put", _test.Files["key"], "HEAD:/key", "-m", "oops").ExitCode);
        string clone = _test.Files["clone"];
        Assert.Equal(0, Run("clone", _test.Folder, clone).ExitCode);
        string repository = Path.Combine(clone, ".mig");
        Assert.True(CountInPacks(repository) > 0);
        (int exitCode, string output) = RunIn(repository, "purge", "--path", "/key");
        Assert.True(exitCode == 0, output);
        Assert.Contains("2 refs moved", output, StringComparison.Ordinal);
        AssertGone(repository);
        using Repository opened = TestRepository.Open(clone);
        Assert.Equal("refs/remotes/origin/main", opened.Refs.ReadSymbolic(History.Refs.RefName.RemoteBranch("origin", "HEAD"))!.Value);
    }

    [Fact]
    public void WhatNobodyEverHadIsProvedToo()
    {
        (int exitCode, string output) = Run("purge", "--path", "/nothing");
        Assert.Equal(0, exitCode);
        Assert.Contains("No version has such a file.", output, StringComparison.Ordinal);
        Assert.Contains("Proved", output, StringComparison.Ordinal);
        using Repository repository = _test.Open();
        Assert.NotEmpty(repository.Refs.ReadLog(History.Refs.RefName.Head)); // nothing went, so no log had to
    }

    [Fact]
    public void ADryRunFindsWhatOnlyALogLeadsTo()
    {
        AmendAway();
        (int exitCode, string output) = Run("purge", "-n", "--path", "/key");
        Assert.Equal(0, exitCode);
        Assert.Contains("/key: would go from 1 image", output, StringComparison.Ordinal);
        Assert.True(CountInPacks() > 0);
    }

    [Fact]
    public void APurgeThatFailsAnywhereIsFinishedByTheSameOneAgain()
    {
        AmendAway();
        Assert.Equal(0, Run("put", _test.Files["key"], "HEAD:/other/key", "-p", "-m", "again").ExitCode);
        string copy = _test.Files["copy"];
        int faults = 0, proved = 0;
        bool isDone = false;
        for (long n = Step; !isDone; n += Step)
        {
            if (Directory.Exists(copy))
                Directory.Delete(copy, recursive: true);
            TestFolder.Copy(_test.Folder, copy);
            PurgeReport? report = null;
            string? first;
            using (FileFault fault = FileFault.Install(copy, n, Errno.NoSpace, lasts: false, Changes))
            {
                _ = Record.Exception(() => report = Purge(copy));
                isDone = fault.Failures == 0;
                faults += isDone ? 0 : 1;
                first = fault.First;
            }

            if (report?.Proof is { Holds: true })
            {
                proved++;
                AssertGone(copy);
                continue;
            }

            PurgeProof again = Purge(copy).Proof!;
            Assert.True(again.Holds,
                $"step {n}, {first}: found in {string.Join(", ", again.Found)}, left {again.Left.Count}, {again.Blocker}");
            AssertGone(copy);
        }

        Assert.True(faults > 5, $"{faults} faults");
        Assert.True(proved > 0);

        static bool Changes(FileStep step, string path) => step is not (FileStep.Open or FileStep.Read or FileStep.List);
    }

    [Fact]
    public void OnAFullDiskItSaysSoAndTheSameAgainFinishes()
    {
        string image = _test.Files.Sparse("small", 8 << 20);
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", image);
        AmendAway();
        using Mount mount = Mount.Image(image);
        string repository = mount["r"];
        TestFolder.Copy(_test.Folder, repository);
        string ballast = mount["ballast"];
        Tool.Try("dd", "if=/dev/zero", $"of={ballast}", "bs=1k", "status=none");
        (int exitCode, string output) = RunIn(repository, "purge", "--path", "/key");
        if (exitCode == 0)
            AssertGone(repository);
        else
            Assert.Equal(4, exitCode);
        File.Delete(ballast);
        (exitCode, output) = RunIn(repository, "purge", "--path", "/key");
        Assert.True(exitCode == 0, output);
        AssertGone(repository);
    }

    [Fact]
    public void OfTwoAtOnceNoneSaysWhatIsNotTrue()
    {
        AmendAway();
        string[] purge = ["--repo", _test.Folder, "purge", "--path", "/key"];
        using Process first = MigProgram.Start([], purge);
        using Process second = MigProgram.Start([], purge);
        (int ExitCode, string Output)[] ends = [MigProgram.Finish(first), MigProgram.Finish(second)];
        Assert.Contains(ends, end => end.ExitCode == 0);
        Assert.All(ends, end => Assert.True(end.ExitCode is 0 or 3, end.Output));
        AssertGone(_test.Folder);
    }

    public void Dispose() => _test.Dispose();

    private void AmendAway()
    {
        Assert.Equal(0, Run("put", _test.Files["key"], "HEAD:/key", "-m", "oops").ExitCode);
        (int exitCode, string output) = Run("commit", "--amend", _test.Files["disk"], "-m", "without");
        Assert.True(exitCode == 0, output);
    }

    private static PurgeReport Purge(string folder)
    {
        using Repository repository = TestRepository.Open(folder);
        return new ContentPurger(repository)
            .Run(new PurgeRequest { Paths = ["/key", "/other/key"] }, TestContext.Current.CancellationToken);
    }

    private void AssertGone(string folder)
    {
        Assert.Equal(0, CountInPacks(folder));
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            Assert.True(File.ReadAllBytes(path).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) < 0, path);
        using Repository repository = TestRepository.Open(folder);
        Mig.Care.Checks.CheckReport report = new Mig.Care.Checks.RepositoryCheck(repository)
            .Run(isQuick: false, NoProgress.Instance, TestContext.Current.CancellationToken);
        Assert.Empty(report.Problems);
        Assert.Equal(0, report.Unreachable);
        Assert.False(File.Exists(Path.Combine(folder, "purged", "pending")));
    }

    private int CountInPacks(string? folder = null) =>
        int.Parse(Tool.Run("python3", FormatDocumentTests.Script, folder ?? _test.Folder, "count", Secret), CultureInfo.InvariantCulture);

    private (int ExitCode, string Output) Run(params string[] arguments) => RunIn(_test.Folder, arguments);

    private static (int ExitCode, string Output) RunIn(string folder, params string[] arguments)
    {
        using Process process = MigProgram.Start([], ["--repo", folder, .. arguments]);
        return MigProgram.Finish(process);
    }
}
