using System.Diagnostics;
using Mig.Core;
using Mig.Fuzz.Targets;

namespace Mig.Fuzz;

/// <summary>Gives every parser damaged input, and accepts only the documented exceptions, in bounded time and memory.</summary>
public static class Fuzzer
{
    /// <summary>More than this for one case is a hang, on the slowest machine.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(60);

    private const long MaxBytes = 1L << 30;

    /// <summary>Runs so many cases of each target.</summary>
    public static IReadOnlyList<(string Target, long Cases, long Refused)> RunCases(int casesEach, int seed) =>
        Run((_, cases) => cases < casesEach, seed, null);

    /// <summary>Runs all targets in turn until the time is over.</summary>
    public static IReadOnlyList<(string Target, long Cases, long Refused)> RunFor(TimeSpan time, int seed, string? only)
    {
        var watch = Stopwatch.StartNew();
        return Run((share, _) => watch.Elapsed < time * share, seed, only);
    }

    /// <summary>Runs one case, as the message of a finding names it.</summary>
    public static bool RunOne(FuzzTarget target, int seed)
    {
        ArgumentNullException.ThrowIfNull(target);
        var random = new Random(seed);
        byte[] input = Mutator.Mutate(random, target.Seeds[random.Next(target.Seeds.Count)], target.Seeds);
        if (random.Next(4) > 0)
            target.Repair(input);
        using var watchdog = new Timer(_ =>
            Environment.FailFast($"fuzzing {target.Name}, seed {seed}: no end after {MaxTime}"), null, MaxTime, Timeout.InfiniteTimeSpan);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isRead = false;
        try
        {
            target.Run(input);
            isRead = true;
        }
        catch (MigException)
        {
            // The documented answer.
        }
        catch (Exception e)
        {
            throw new FuzzFindingException(target.Name, seed, input, e);
        }

        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        return taken <= MaxBytes ? isRead : throw new FuzzFindingException(
            target.Name, seed, input, new InvalidOperationException($"{taken} bytes were allocated for {input.Length} bytes of input"));
    }

    /// <summary>All targets, with the number of seeds each that prove to be sound.</summary>
    public static IReadOnlyList<FuzzTarget> CreateTargets() =>
        [new PartitionTarget(), new VmdkTarget(), new Qcow2Target(), new ExtTarget(), new ExtWriterTarget(), new FatTarget(),
        new FatWriterTarget(), new NtfsTarget(), new IndexTarget(), new PackTarget(), new ObjectTarget(), new PackageTarget(),
        new LayerTarget(), new ChangesTarget()];

    private static List<(string, long, long)> Run(Func<double, long, bool> goOn, int seed, string? only)
    {
        var results = new List<(string, long, long)>();
        IReadOnlyList<FuzzTarget> targets = CreateTargets();
        FuzzTarget[] chosen = [.. targets.Where(target => only is null || target.Name == only)];
        try
        {
            for (int i = 0; i < chosen.Length; i++)
            {
                // Sound input is read without complaint: else nothing is tested.
                foreach (byte[] sound in chosen[i].Seeds)
                    chosen[i].Run(sound);
                long cases = 0, refused = 0;
                for (; goOn((i + 1.0) / chosen.Length, cases); cases++)
                    refused += RunOne(chosen[i], unchecked(seed + (int)cases)) ? 0 : 1;
                results.Add((chosen[i].Name, cases, refused));
            }
        }
        finally
        {
            foreach (FuzzTarget target in targets)
                target.Dispose();
        }

        return results;
    }
}
