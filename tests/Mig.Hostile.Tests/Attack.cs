using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>
/// Runs the program on what a stranger made. Nothing may take long: a command that waits for a stranger is one that was attacked with
/// success.
/// </summary>
internal static class Attack
{
    private const string Patience = "120";

    /// <summary>The user that strangers are.</summary>
    public const uint Stranger = 1234;

    /// <summary>Runs mig with variables, which have the form <c>NAME=value</c>.</summary>
    public static Said Mig(IReadOnlyList<string> variables, params string[] arguments) =>
        new(MigProgram.Finish(MigProgram.Start(["timeout", Patience, "env", .. variables], arguments)));

    public static Said Mig(params string[] arguments) => Mig([], arguments);

    /// <summary>Gives all that is in a folder to a stranger.</summary>
    public static void GiveAway(string folder) => Tool.Run("chown", "-R", $"{Stranger}:{Stranger}", folder);

    /// <summary>Writes a program that leaves a mark when it is run, and returns its path.</summary>
    public static string Trap(string path, string mark)
    {
        File.WriteAllText(path, $"#!/bin/sh\necho run >> {mark}\nexit 0\n");
        Tool.Run("chmod", "755", path);
        return path;
    }

    /// <summary>How the program ended and what it said.</summary>
    public sealed record Said((int ExitCode, string Output) Result)
    {
        public string Ends(int exitCode, string? part = null)
        {
            Assert.True(Result.ExitCode == exitCode, $"ended with {Result.ExitCode}, not {exitCode}: {Result.Output}");
            if (part is not null)
                Assert.Contains(part, Result.Output, StringComparison.Ordinal);
            return Result.Output;
        }
    }
}
