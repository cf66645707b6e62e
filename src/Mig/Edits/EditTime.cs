using Mig.Core;
using Mig.History.Commits;
using Mig.History.Revisions;

namespace Mig.Edits;

/// <summary>Reads the time that a file is to have.</summary>
public static class EditTime
{
    /// <exception cref="UsageException">It is no time.</exception>
    public static Timestamp Parse(string text, TimeProvider clock)
    {
        if (!DateText.TryParse(text, clock, out DateTimeOffset time))
            throw new UsageException($"'{text}' is no time; write it as in '2026-01-31 12:00:00Z', @SECONDS or '2 days ago'");
        return Of(time);
    }

    /// <summary>Turns a moment into a timestamp, to 100 ns.</summary>
    public static Timestamp Of(DateTimeOffset time)
    {
        long seconds = time.ToUnixTimeSeconds();
        return new Timestamp(seconds,
            (int)((time.UtcTicks - DateTimeOffset.FromUnixTimeSeconds(seconds).UtcTicks) * TimeSpan.NanosecondsPerTick));
    }
}
