using System.Diagnostics;
using System.Globalization;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>A run of the program: how it ended, what it said, and how much memory it had at most.</summary>
internal sealed record MeasuredRun(int ExitCode, string Output, long PeakKiB)
{
    /// <summary>The design's 300 MiB, and what a machine with other tests on it needs beside.</summary>
    private const long MostKiB = 400 << 10;

    public static MeasuredRun Of(Process process)
    {
        long peak = 0;
        Task<(int ExitCode, string Output)> end = Task.Run(() => MigProgram.Finish(process), TestContext.Current.CancellationToken);
        while (!end.Wait(10))
            peak = Math.Max(peak, Read(process.Id));
        return new MeasuredRun(end.Result.ExitCode, end.Result.Output, peak);
    }

    public void Ends(int exitCode, string part)
    {
        Assert.True(ExitCode == exitCode, $"ended with {ExitCode}: {Output}");
        Assert.Contains(part, Output, StringComparison.Ordinal);
        Assert.InRange(PeakKiB, 1, MostKiB);
    }

    // The kernel's own high-water mark, so no peak between two looks is missed.
    private static long Read(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
