using Mig.Versions.Commits;

namespace Mig.Exchange.Boots;

/// <summary>How a machine has ended.</summary>
/// <param name="IsPoweredDown">Whether it powered down by itself, or when it was asked to; else it was switched off.</param>
/// <param name="ReadBytes">Bytes of the version that were read, those that were brought to hand ahead of need among them.</param>
/// <param name="StoredBytes">Bytes of the version that are not zeros.</param>
/// <param name="ReplayedBytes">Bytes that came by a trace, before the machine asked for them or could.</param>
public sealed record BootEnd(bool IsPoweredDown, long ReadBytes, long StoredBytes, long ReplayedBytes = 0)
{
    /// <summary>The version that it became when it was suspended; null when it was not.</summary>
    public CommitResult? Suspended { get; init; }
}
