using System.Diagnostics;
using Xunit;

namespace Mig.Testing;

/// <summary>Runs a foreign judge. A missing one fails the test: a skipped judge is a silent pass.</summary>
public static class Tool
{
    /// <summary>Runs a tool that must succeed, and returns what it printed.</summary>
    public static string Run(string name, params string[] arguments) => RunWithInput(name, "", arguments);

    /// <summary>Runs a tool that must succeed on some standard input.</summary>
    public static string RunWithInput(string name, string input, params string[] arguments)
    {
        (int exitCode, string output) = TryWithInput(name, input, arguments);
        Assert.True(exitCode == 0, $"{name} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
        return output;
    }

    /// <summary>Runs a tool that may fail.</summary>
    public static (int ExitCode, string Output) Try(string name, params string[] arguments) => TryWithInput(name, "", arguments);

    /// <summary>Runs a tool that may fail on some standard input; what it says on both streams comes back.</summary>
    public static (int ExitCode, string Output) TryWithInput(string name, string input, params string[] arguments)
    {
        using Process process = Start(name, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input.
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result + errors.Result);
    }

    /// <summary>Starts a tool with all three streams redirected and the C locale.</summary>
    public static Process Start(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        start.Environment["PATH"] = $"/usr/sbin:/sbin:{Environment.GetEnvironmentVariable("PATH")}";
        return Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
    }
}
