namespace Mig.Care.Maintenance;

/// <summary>What a collection compresses anew.</summary>
public sealed record RepackOptions
{
    /// <summary>The level of <c>mig gc</c> (<c>gc.compression</c>).</summary>
    public const int DefaultLevel = 12;

    /// <summary>Smaller packs are merged when there are many; compressing them each time would cost more than it saves.</summary>
    public const long SmallPack = 16L << 20;

    /// <summary>zstd level, 1..19. What was stored at this level or a higher one stays as it is.</summary>
    public int Level { get; init; } = DefaultLevel;

    /// <summary>Packs of fewer bytes stay as they are.</summary>
    public long SmallestPack { get; init; } = SmallPack;

    /// <summary>Stops after this time; the next run goes on. Null to do all of it.</summary>
    public TimeSpan? Budget { get; init; }
}
