using Mig.Core;

namespace Mig.Care.Maintenance;

/// <summary>What a garbage collection may take.</summary>
public sealed record CollectionOptions
{
    /// <summary>Only what was written before this time, UTC, is taken; null to take nothing, and merge packs only.</summary>
    public DateTime? PruneBefore { get; init; }

    /// <summary>Moves of refs before this time are forgotten, UTC; null to keep all.</summary>
    public DateTime? ExpireLogsBefore { get; init; }

    /// <summary>Which share of a pack, in percent, may be garbage before the pack is written anew; 0 to leave no garbage at all.</summary>
    public int GarbageTolerated { get; init; } = 10;

    /// <summary>What is compressed anew; null for nothing.</summary>
    public RepackOptions? Repack { get; init; }

    /// <summary>Says what would be done, and does nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>How long to wait for commands that are under way before packs are deleted.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
