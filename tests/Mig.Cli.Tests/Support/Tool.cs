using System.Diagnostics;

namespace Mig.Cli.Tests.Support;

/// <summary>Runs programs. A missing one fails the test: a skipped judge is a silent pass.</summary>
internal static class Tool
{
    /// <summary>Runs a tool that must succeed, and returns what it printed.</summary>
    public static string Run(string name, params string[] arguments) => Start(name, arguments, "/", new Dictionary<string, string?>(), null).Ends(0).Output;

    public static Outcome Start(string name, string[] arguments, string folder, IReadOnlyDictionary<string, string?> environment, string? input)
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
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
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
            // It did not read what it was given, which is its right.
        }

        process.WaitForExit();
        copy.Wait();
        return new Outcome($"{name} {string.Join(' ', arguments)}", process.ExitCode, output.ToArray(), errors.Result);
    }
}
