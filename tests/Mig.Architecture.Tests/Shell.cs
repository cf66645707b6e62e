using System.Diagnostics;
using Mig.Testing;

namespace Mig.Architecture.Tests;

/// <summary>Runs command lines with the mig that was just built, under a fixed name, date and configuration.</summary>
internal static class Shell
{
    /// <summary>Runs a command line that must succeed.</summary>
    /// <returns>What it printed, errors included.</returns>
    public static string Run(string folder, string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec 2>&1; mig() {{ '{BuiltProgram.Path}' \"$@\"; }}; {command}"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        start.Environment["HOME"] = folder;
        start.Environment["XDG_CONFIG_HOME"] = folder;
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (string role in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"MIG_{role}_NAME"] = "You";
            start.Environment[$"MIG_{role}_EMAIL"] = "you@example.org";
            start.Environment[$"MIG_{role}_DATE"] = "@1790000000 +0000";
        }

        // The time that mkfs.ext4 and debugfs write into a file system.
        start.Environment["E2FSPROGS_FAKE_TIME"] = "1790000000";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"'{command}' ended with {process.ExitCode}:\n{output}");
        return output;
    }
}
