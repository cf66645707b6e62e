using Mig.History.Refs;

namespace Mig.Care.Maintenance;

/// <summary>Forgets old moves of refs, so that versions which nothing else leads to can be collected.</summary>
public static class LogExpiry
{
    /// <summary>Takes the moves before a time out of a log; the newest stays, for it says where the ref is.</summary>
    /// <returns>How many are forgotten.</returns>
    public static int Run(RefStore refs, RefName name, DateTime before) => Run(refs, [name], before);

    /// <summary>Takes the moves before a time out of logs.</summary>
    /// <inheritdoc cref="Run(RefStore, RefName, DateTime)"/>
    public static int Run(RefStore refs, IEnumerable<RefName> names, DateTime before)
    {
        ArgumentNullException.ThrowIfNull(refs);
        return refs.ExpireLogs(names.Select(name =>
        {
            ReflogEntry? newest = refs.ReadLog(name) is [{ } first, ..] && first.After == refs.Resolve(name) ? first : null;
            return (name, (Func<ReflogEntry, bool>)(entry => entry.Equals(newest) || entry.Who.Time.UtcDateTime >= before));
        }));
    }
}
