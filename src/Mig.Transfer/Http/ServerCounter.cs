namespace Mig.Transfer.Http;

/// <summary>What a server counts besides requests; the texts are in <see cref="ServerMetrics"/>.</summary>
public enum ServerCounter
{
    BytesReceived,
    BytesSent,
    Fetches,
    Pushes,
    PushesRefused,
    ObjectsReceived,
    ObjectsSent,
    Unauthorized,
    RateLimited,
    ConnectionsRefused,
    ConnectionsClosed,
    TooSlow,
    Failures,
}
