using System.Diagnostics;
using Xunit;

namespace Mig.Testing;

/// <summary>Runs programs: foreign judges, and mig itself. A missing one fails the test: a skipped judge is a silent pass.</summary>
public static class Tool
{
    private static readonly Dictionary<string, string?> _plain = new() { ["LC_ALL"] = "C", ["TZ"] = "UTC" };

    /// <summary>Runs a tool that must succeed, and returns what it printed on both streams.</summary>
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
        Outcome outcome = Capture(name, arguments, null, _plain, input);
        return (outcome.ExitCode, outcome.Output + outcome.Error);
    }

    /// <summary>Runs a tool that must succeed, and returns what it printed on standard output alone.</summary>
    public static string Read(string name, params string[] arguments) => Read([0], name, arguments);

    /// <summary>Runs a tool that must end with one of the given exit codes.</summary>
    public static string Read(int[] allowedCodes, string name, params string[] arguments)
    {
        Outcome outcome = Capture(name, arguments, null, _plain, "");
        Assert.True(allowedCodes.Contains(outcome.ExitCode),
            $"{outcome.Command} ended with {outcome.ExitCode}:\n{outcome.Error}\n{outcome.Output}");
        return outcome.Output;
    }

    /// <summary>Runs a script with Bash; it stops at the first command that fails.</summary>
    public static string RunScript(string script, params string[] arguments) => Read("bash", ["-euc", script, "script", .. arguments]);

    /// <summary>Runs a program, and keeps what it printed on each stream.</summary>
    /// <param name="folder">Where it runs; null for where the tests do.</param>
    /// <param name="environment">Variables to set, or with null to take away.</param>
    /// <param name="input">What stands on its standard input.</param>
    public static Outcome Capture(
        string name, string[] arguments, string? folder, IReadOnlyDictionary<string, string?> environment, string? input = null)
    {
        using Process process = Start(name, arguments, folder, environment);
        using var output = new MemoryStream();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task copy = process.StandardOutput.BaseStream.CopyToAsync(output);
        try
        {
            process.StandardInput.Write(input ?? "");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input, which is its right.
        }

        process.WaitForExit();
        copy.Wait();
        return new Outcome($"{name} {string.Join(' ', arguments)}", process.ExitCode, output.ToArray(), errors.Result);
    }

    /// <summary>Starts a tool with all three streams redirected and the C locale.</summary>
    public static Process Start(string name, params string[] arguments) => Start(name, arguments, null, _plain);

    private static Process Start(string name, string[] arguments, string? folder, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["PATH"] = $"/usr/sbin:/sbin:{Environment.GetEnvironmentVariable("PATH")}";
        foreach ((string key, string? value) in environment)
            start.Environment[key] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
    }
}
