using Mig.Core;
using Mig.History.Refs;

namespace Mig.Maintenance;

/// <summary>Forgets old moves of refs, so that versions which nothing else leads to can be collected.</summary>
public static class LogExpiry
{
    /// <summary>Takes the moves before a time out of a log; the newest stays, for it says where the ref is.</summary>
    /// <returns>How many are forgotten.</returns>
    public static int Run(RefStore refs, RefName name, DateTime before)
    {
        ArgumentNullException.ThrowIfNull(refs);
        ObjectId? now = refs.Resolve(name);
        ReflogEntry? newest = refs.ReadLog(name) is [{ } first, ..] && first.After == now ? first : null;
        return refs.ExpireLog(name, entry => entry.Equals(newest) || entry.Who.Time.UtcDateTime >= before);
    }
}
