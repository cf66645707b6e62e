using System.Globalization;
using Mig.Core;
using Mig.Core.Host;
using Mig.Tests.Support;

namespace Mig.Tests.Crashes;

/// <summary>Runs a command with a fault at one step after the other, until it gets through without one.</summary>
internal static class FaultLoop
{
    private const int Samples = 3;

    private static readonly (int Error, bool Lasts)[] Kinds =
        [(Errno.NoSpace, true), (Errno.InputOutput, false), (Errno.QuotaUsedUp, true), (Errno.NoSpace, false), (Errno.InputOutput, true),
            (Errno.FileTooLarge, true)];

    /// <summary>Whether every step fails in every way (eng/faults.sh), or a few that lie evenly.</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("MIG_TEST_FAULTS") is { Length: > 0 };

    /// <param name="folder">Where the faults are.</param>
    /// <param name="reset">Makes the state before the command.</param>
    /// <param name="run">The command.</param>
    /// <param name="checkSound">Holds whatever the command came to.</param>
    /// <param name="checkDone">Holds when it got through.</param>
    /// <returns>How many steps failed.</returns>
    public static int Run(string folder, Action reset, Action run, Action checkSound, Action checkDone)
    {
        reset();
        long steps;
        using (var counting = FileFault.Install(folder, 0))
        {
            run();
            steps = counting.Steps;
        }

        checkSound();
        checkDone();
        int failed = 0;
        foreach ((long step, (int error, bool lasts)) in Choose(steps))
        {
            reset();
            string where = string.Create(CultureInfo.InvariantCulture,
                $"step {step} of {steps}, error {error}{(lasts ? " from there on" : "")}");
            try
            {
                bool isDone;
                using (var fault = FileFault.Install(folder, step, error, lasts))
                {
                    isDone = Try(run);
                    where += $", {fault.First}, {(isDone ? "done" : "failed")}";
                }

                failed += isDone ? 0 : 1;
                checkSound();
                if (!isDone)
                    run();
                checkSound();
                checkDone();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{where}: {e.Message}", e);
            }
        }

        Killing.Say($"{steps} steps, {failed} failed");
        return failed;
    }

    // What may come out when the medium fails; anything else is a bug.
    private static bool Try(Action run)
    {
        try
        {
            run();
            return true;
        }
        catch (Exception e) when (e is IOException or RemoteException)
        {
            return false;
        }
    }

    private static IEnumerable<(long Step, (int Error, bool Lasts) Kind)> Choose(long steps)
    {
        if (IsLong)
        {
            for (long step = 1; step <= steps; step++)
            {
                foreach ((int, bool) kind in Kinds)
                    yield return (step, kind);
            }
        }
        else
        {
            // The last steps are the ones that give names.
            for (int i = 0; i < Samples; i++)
                yield return (Math.Max(1, steps - (steps * i * i / (Samples * Samples))), Kinds[i % Kinds.Length]);
        }
    }
}
