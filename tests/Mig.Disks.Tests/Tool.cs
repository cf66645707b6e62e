using System.Diagnostics;

namespace Mig.Disks.Tests;

/// <summary>Runs a foreign judge. A missing one fails the test: a skipped judge is a silent pass.</summary>
internal static class Tool
{
    /// <summary>Runs a tool that must succeed, and returns what it printed.</summary>
    public static string Run(string name, params string[] arguments)
    {
        (int exitCode, string output) = Try(name, arguments);
        Assert.True(exitCode == 0, $"{name} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
        return output;
    }

    public static (int ExitCode, string Output) Try(string name, params string[] arguments) => TryWithInput(name, "", arguments);

    public static (int ExitCode, string Output) TryWithInput(string name, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = $"/usr/sbin:/sbin:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
