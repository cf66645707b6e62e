namespace Mig.Transfer;

/// <summary>
/// How long to wait for another machine: as Git's <c>http.lowSpeedTime</c> and <c>http.lowSpeedLimit</c>, for every transport.
/// </summary>
/// <param name="Time">The time over which the speed is measured, only what was spent waiting for the other side; zero to wait for
/// ever.</param>
/// <param name="BytesPerSecond">The speed below which the other side counts as silent.</param>
public sealed record Patience(TimeSpan Time, long BytesPerSecond)
{
    /// <summary>What counts unless the user says otherwise.</summary>
    public static Patience Default { get; } = new(TimeSpan.FromSeconds(60), 100);

    /// <summary>A server that has much to do before it begins to answer gets so many times as long.</summary>
    internal const int ThinkingFactor = 5;
}
