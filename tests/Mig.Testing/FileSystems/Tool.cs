using System.Diagnostics;

namespace Mig.Testing.FileSystems;

/// <summary>Runs the reference tools that judge or make what is tested. A missing tool fails the test.</summary>
public static class Tool
{
    /// <summary>Runs a program, which must end with 0.</summary>
    /// <returns>What it wrote to standard output.</returns>
    public static string Run(string program, params string[] arguments) => Run([0], program, arguments);

    /// <summary>Runs a program, which must end with one of the given exit codes.</summary>
    public static string Run(int[] allowedCodes, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start");
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (!allowedCodes.Contains(process.ExitCode))
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{errors.Result}\n{output}");
        return output;
    }

    /// <summary>Runs a script with Bash; it stops at the first command that fails.</summary>
    public static string RunScript(string script, params string[] arguments) => Run("bash", ["-euc", script, "script", .. arguments]);
}
