namespace Mig.Testing;

/// <summary>What is wrong with a line; bytes of both directions count together.</summary>
public sealed record LineFaults
{
    /// <summary>
    /// Cuts all connections once so many bytes have passed altogether, and lets nothing through any more; null for never.
    /// </summary>
    public long? CutAfter { get; init; }

    /// <summary>Cuts each connection after so many bytes of its own; null for never.</summary>
    public long? CutEvery { get; init; }

    /// <summary>Whether a cut is a reset, which takes with it what the other side has not read yet, and not an orderly end.</summary>
    public bool Resets { get; init; }

    /// <summary>Lets each connection stand still, without an end, after so many bytes of its own; null for never.</summary>
    public long? StallEvery { get; init; }

    /// <summary>
    /// How long it takes until an answer can be there: half of it each way, and once more before the first byte, for the connection itself.
    /// </summary>
    public TimeSpan RoundTrip { get; init; }

    /// <summary>How much passes in a second, in each direction, of all connections together; null for no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Every so many packets one is lost, and comes when TCP has sent it again; null for never.</summary>
    public int? LosesEvery { get; init; }
}
