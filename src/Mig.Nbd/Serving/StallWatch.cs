namespace Mig.Nbd.Serving;

/// <summary>
/// Knows since when a connection waits for its client to take a reply, or to go on with a request that it began. For many threads.
/// </summary>
internal sealed class StallWatch(TimeProvider clock)
{
    private long _sending;
    private long _receiving;

    public void BeginSend() => Volatile.Write(ref _sending, clock.GetTimestamp() | 1);

    public void EndSend() => Volatile.Write(ref _sending, 0);

    public void BeginReceive() => Volatile.Write(ref _receiving, clock.GetTimestamp() | 1);

    public void EndReceive() => Volatile.Write(ref _receiving, 0);

    /// <summary>Whether it waits for either now.</summary>
    public bool IsWaiting => Volatile.Read(ref _sending) != 0 || Volatile.Read(ref _receiving) != 0;

    /// <summary>Whether one of the two has taken longer than that.</summary>
    public bool IsStalled(TimeSpan patience) => IsOver(Volatile.Read(ref _sending), patience)
        || IsOver(Volatile.Read(ref _receiving), patience);

    private bool IsOver(long since, TimeSpan patience) => since != 0 && clock.GetElapsedTime(since) > patience;
}
