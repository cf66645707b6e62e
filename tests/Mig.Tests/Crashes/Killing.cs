using System.Diagnostics;
using Mig.Tests.Support;

namespace Mig.Tests.Crashes;

/// <summary>Kills the program (<c>kill -9</c>) before system calls that it makes.</summary>
internal static class Killing
{
    /// <summary>
    /// How many random kills a test makes: eng/crash.sh gives more time to them, and kills at calls that change no file, too.
    /// </summary>
    public static readonly int RandomKills = int.TryParse(Environment.GetEnvironmentVariable("MIG_TEST_KILLS"), out int kills) ? kills : 12;

    /// <summary>Whether this is the long run.</summary>
    public static bool IsLong => RandomKills > 100;

    /// <summary>The short run takes every fifth step.</summary>
    public static int Stride => IsLong ? 1 : 5;

    // What creates, changes, names and syncs files.
    private static readonly string[] Steps =
    [
        "pwrite64", "pwritev", "ftruncate", "fallocate", "fsync", "fdatasync", "rename", "renameat2", "link", "unlink", "rmdir", "mkdir",
        .. IsLong ? ["write", "flock", "openat", "sync_file_range"] : (string[])[],
    ];

    /// <summary>Kills before the first call of each kind, before the second, … until the command survives.</summary>
    /// <returns>How often it was killed.</returns>
    public static int AtEveryStep(string[] arguments, Action reset, Action check, IReadOnlyList<string>? steps = null)
    {
        int points = 0;
        foreach (string step in steps ?? Steps)
        {
            for (int n = 1; ; n += Stride)
            {
                reset();
                (int exitCode, string output) = Trace($"{step}:signal=SIGKILL:when={n}", arguments);
                check();
                if (exitCode == 0)
                    break;
                Assert.True(exitCode is 137 or -9 or 9, $"{step} {n}: ended with {exitCode}: {output}");
                points++;
                Assert.True(n < 5000, "it never survives");
            }
        }

        Say($"{points} kills");
        return points;
    }

    public static (int ExitCode, string Output) Trace(string fault, string[] arguments)
    {
        using Process process = MigProgram.Start(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={fault.Split(':')[0]}", "-e", $"inject={fault}"], arguments);
        return MigProgram.Finish(process);
    }

    public static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
