using System.Diagnostics;
using Mig.Testing;

namespace Mig.Tests.Support;

/// <summary>Runs the program as a user does, in a process of its own.</summary>
internal static class MigProgram
{
    /// <summary>Where it is.</summary>
    public static string Path => BuiltProgram.Path;

    /// <summary>Starts it with the environment of the tests.</summary>
    /// <param name="prefix">A program that runs it, with its arguments; empty to run it alone.</param>
    public static Process Start(IReadOnlyList<string> prefix, params string[] arguments)
    {
        string[] all = [.. prefix, Path, .. arguments];
        var start = new ProcessStartInfo(
            all[0], all[1..])
        { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (string name in start.Environment.Keys.Where(name =>
            name.StartsWith("MIG_", StringComparison.Ordinal) && name != "MIG_ZSTD").ToList())
            start.Environment.Remove(name);
        foreach ((string name, string value) in TestRepository.Variables)
            start.Environment[name] = value;
        start.Environment["HOME"] = "/nonexistent";
        start.Environment["XDG_CONFIG_HOME"] = "/nonexistent";

        // Fewer system calls that have nothing to do with mig.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_TieredCompilation"] = "1";
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{all[0]} did not start");
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Waits for a process and returns what it said.</summary>
    public static (int ExitCode, string Output) Finish(Process process)
    {
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
