using System.Net;

namespace Mig.Transfer.Http;

/// <summary>A connection, and whether it is worked for: what is not may be closed to make room. For many threads.</summary>
/// <param name="client">Whose it is; null when it is a proxy's, behind which there are many.</param>
/// <param name="close">Closes it.</param>
internal sealed class ClientConnection(IPAddress? client, TimeProvider clock, Action close)
{
    // A line that is slower can wait; one that trickles is far below.
    private const double UsefulBytesPerSecond = 16 << 10;

    private int _requests;
    private long _requestAt;
    private long _moved;
    private int _working;
    private long _restedAt = clock.GetTimestamp();

    public IPAddress? Client => client;

    /// <summary>Whether a request of it is being worked on just now.</summary>
    public bool IsWorking => Volatile.Read(ref _working) > 0;

    /// <summary>Whether a request has come whose answer is not out yet.</summary>
    public bool HasRequest => Volatile.Read(ref _requests) > 0;

    /// <summary>When it was opened, or last answered.</summary>
    public long RestedAt => Volatile.Read(ref _restedAt);

    /// <summary>Whether a request or an answer is coming on.</summary>
    public bool IsUseful => HasRequest && Interlocked.Read(ref _moved) >= UsefulBytesPerSecond
        * Math.Max(1, clock.GetElapsedTime(Volatile.Read(ref _requestAt)).TotalSeconds);

    public void BeginRequest()
    {
        Interlocked.Exchange(ref _moved, 0);
        Volatile.Write(ref _requestAt, clock.GetTimestamp());
        Interlocked.Increment(ref _requests);
    }

    /// <summary>Bytes of a body came or went.</summary>
    public void Moved(long bytes) => Interlocked.Add(ref _moved, bytes);

    public void EndRequest()
    {
        Volatile.Write(ref _restedAt, clock.GetTimestamp());
        Interlocked.Decrement(ref _requests);
    }

    public void BeginWork() => Interlocked.Increment(ref _working);

    public void EndWork() => Interlocked.Decrement(ref _working);

    public void Close() => close();
}
