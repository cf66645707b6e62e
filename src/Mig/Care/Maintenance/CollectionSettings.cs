using Mig.Core;
using Mig.Core.Zstd;
using Mig.History.Commits;
using Mig.History.Revisions;

namespace Mig.Care.Maintenance;

/// <summary>
/// How old things must be to be collected: as the caller says, else the configuration (<c>gc.pruneExpire</c>, <c>gc.reflogExpire</c>),
/// and what is compressed anew (<c>gc.compression</c>).
/// </summary>
public sealed class CollectionSettings(Repository repository)
{
    private const string DefaultPrune = "2.weeks.ago";
    private const string DefaultLogs = "90.days.ago";

    /// <param name="prune">A date, <c>now</c>, <c>2.weeks.ago</c> and its like, or <c>never</c>; null for what is configured.</param>
    /// <param name="logs">The same for the logs of refs.</param>
    /// <exception cref="UsageException">One is none of these.</exception>
    public CollectionOptions Read(string? prune, string? logs) => new()
    {
        PruneBefore = Parse(prune ?? repository.Config.Get("gc.pruneexpire") ?? DefaultPrune),
        ExpireLogsBefore = Parse(logs ?? repository.Config.Get("gc.reflogexpire") ?? DefaultLogs),
        Repack = repository.Config.GetInteger("gc.compression", RepackOptions.DefaultLevel, 0, ZstdCodec.MaxLevel) is > 0 and var level
            ? new RepackOptions { Level = (int)level } : null,
    };

    /// <summary>Reads a time; null for <c>never</c>.</summary>
    public DateTime? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "never")
            return null;

        // What was stored a moment ago counts as before now, also where the clock of the file system goes in steps.
        if (text is "now" or "all")
            return DateTime.MaxValue;
        return DateText.TryParse(text, repository.Context.Clock, out DateTimeOffset date)
            ? date.UtcDateTime
            : throw new UsageException($"'{text}' is no time; write now, never, 2.weeks.ago, or a date such as 2026-01-31");
    }
}
