using System.Globalization;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>A run of the program: how it ended, what it said, and how much memory it had at most.</summary>
internal sealed record MeasuredRun(int ExitCode, string Output, long PeakKiB)
{
    /// <summary>The design's 300 MiB, and what a machine with other tests on it needs beside.</summary>
    private const long MostKiB = 400 << 10;

    // The kernel counts the memory of a process until its end, however short it lives (wait4, ru_maxrss in KiB).
    private const string Measure = """
        import os, sys
        end = os.wait4(os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ), 0)
        open(sys.argv[1], "w").write(str(end[2].ru_maxrss))
        sys.exit(os.waitstatus_to_exitcode(end[1]) % 256)
        """;

    public static MeasuredRun Of(params string[] arguments)
    {
        using var folder = new TestFolder();
        string peak = folder["peak"];
        (int exitCode, string output) = MigProgram.Finish(MigProgram.Start(["python3", "-c", Measure, peak], arguments));
        return new MeasuredRun(exitCode, output, long.Parse(File.ReadAllText(peak), CultureInfo.InvariantCulture));
    }

    public void Ends(int exitCode, string part)
    {
        Assert.True(ExitCode == exitCode, $"ended with {ExitCode}: {Output}");
        Assert.Contains(part, Output, StringComparison.Ordinal);
        Assert.InRange(PeakKiB, 1, MostKiB);
    }
}
