using System.Diagnostics;
using System.Globalization;
using Mig.Testing;

namespace Mig.Cli.Tests.Support;

/// <summary>A machine that the program runs: what it prints is read, and it is typed to.</summary>
internal static class RunningMachine
{
    // A test may run where Ctrl-C is ignored; the program must not begin like that.
    public static Process Start(Workspace workspace, params string[] arguments) =>
        StartProgram(workspace, "env", ["--default-signal=INT,TERM", Testing.BuiltProgram.Path, .. arguments]);

    public static Process StartProgram(Workspace workspace, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workspace.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string key, string? value) in workspace.Environment)
            start.Environment[key] = value;
        return Process.Start(start)!;
    }

    public static void Type(Process process, string keys)
    {
        process.StandardInput.Write(keys);
        process.StandardInput.Flush();
    }

    /// <summary>Reads until the machine has printed a text.</summary>
    /// <returns>All that it printed up to there.</returns>
    public static string Read(Process process, string text)
    {
        var printed = new System.Text.StringBuilder();
        while (!printed.ToString().Contains(text, StringComparison.Ordinal))
        {
            int next = process.StandardOutput.Read();
            Assert.True(next >= 0, $"it ended: {printed} {(next < 0 ? process.StandardError.ReadToEnd() : "")}");
            printed.Append((char)next);
        }

        return printed.ToString();
    }

    /// <summary>
    /// Types a key again and again while something is done: what is typed before a machine goes on is lost, and the BIOS takes keys while
    /// it writes.
    /// </summary>
    public static T Typing<T>(Process process, string key, Func<T> action)
    {
        using (new Background(() =>
        {
            try
            {
                Type(process, key);
            }
            catch (IOException)
            {
                // It has ended.
            }

            process.WaitForExit(100);
        }))
            return action();
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    /// <returns>What the program said, and its exit code.</returns>
    public static (string Error, int ExitCode) End(Process process)
    {
        Tool.Run("kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
        return WaitFor(process);
    }

    /// <inheritdoc cref="End"/>
    public static (string Error, int ExitCode) WaitFor(Process process)
    {
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (error, process.ExitCode);
    }
}
