using System.Diagnostics;
using System.Globalization;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>
/// A clone that is broken off keeps what has arrived, says so, and goes on with it; one in which nothing arrived leaves nothing.
/// </summary>
public sealed class BrokenCloneTests : IDisposable
{
    private const int Bytes = 32 << 20;

    private readonly TestRepository _there = new();
    private readonly TestFolder _files = new();
    private readonly CountedServer _server;

    public BrokenCloneTests()
    {
        File.WriteAllBytes(_files["disk.img"], MixedBytes.Make(Bytes, 41));
        _there.Commit(new CommitRequest { Disks = [_files["disk.img"]], Message = "large" });
        _server = new CountedServer(_there.Folder);
    }

    private string Clone => _files["clone"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_has_arrived_is_kept_and_the_next_try_goes_on(bool resumes)
    {
        using var line = new FaultyLine(_server.Address.Port, new LineFaults());
        string address = At(line);
        Run(0, "clone", "-q", address, _files["control"]);
        long whole = line.Passed;
        line.Line = new LineFaults { CutAfter = whole + (whole * 2 / 3) };
        string output = Run(23, "-c", "http.maxRetries=0", "clone", "-q", address, Clone);
        Assert.Contains("what has arrived is kept", output, StringComparison.Ordinal);
        Assert.Contains("mig clone --resume", output, StringComparison.Ordinal);
        Run(1, "--repo", Clone, "log"); // no version is there before all of it is

        line.Line = new LineFaults();
        Assert.Contains("another clone", Run(3, "clone", "-q", "--branch", "main", address, Clone), StringComparison.Ordinal);
        long before = line.Passed;
        Run(0, resumes ? ["clone", "-q", "--resume", Clone] : ["clone", "-q", address, Clone]);
        Assert.True(line.Passed - before < whole * 3 / 4, $"{line.Passed - before} of {whole} bytes came again");
        Run(0, "--repo", Clone, "fsck");
        Assert.Contains("large", Run(0, "--repo", Clone, "log"), StringComparison.Ordinal);
        Assert.Contains("there is no clone", Run(1, "clone", "--resume", Clone), StringComparison.Ordinal);
        string incoming = Path.Combine(Clone, ".mig/cache/incoming/packs");
        Assert.False(Directory.Exists(incoming) && Directory.EnumerateFiles(incoming).Any());
    }

    [Fact]
    public void A_signal_ends_it_at_once_and_what_is_said_is_true()
    {
        using var line = new FaultyLine(_server.Address.Port, new LineFaults { StallEvery = 4 << 20 });
        using Process clone = MigProgram.Start([], "clone", "-q", At(line), Clone);
        SpinWait.SpinUntil(() => line.Faults > 0, TimeSpan.FromSeconds(60));
        Tool.Run("kill", "-TERM", clone.Id.ToString(CultureInfo.InvariantCulture));
        (int exitCode, string output) = MigProgram.Finish(clone);
        Assert.Equal(143, exitCode);
        Assert.Contains("interrupted; what has arrived is kept", output, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Clone));
    }

    [Fact]
    public void Where_nothing_has_arrived_nothing_is_left_or_promised()
    {
        string output = Run(23, "clone", "-q", "http://127.0.0.1:1/x", Clone);
        Assert.Contains("REMOTE-018", output, StringComparison.Ordinal);
        Assert.DoesNotContain("is kept", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Clone));
    }

    public void Dispose()
    {
        _server.Dispose();
        _there.Dispose();
        _files.Dispose();
    }

    private static string At(FaultyLine line) => $"http://127.0.0.1:{line.Port}/";

    private static string Run(int expected, params string[] arguments)
    {
        (int exitCode, string output) = MigProgram.Finish(MigProgram.Start([], arguments));
        Assert.True(exitCode == expected, $"{exitCode}: {output}");
        return output;
    }
}
