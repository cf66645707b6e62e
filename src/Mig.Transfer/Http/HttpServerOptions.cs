using System.Net;
using Mig.Transfer.Access;
using Mig.Transfer.Serving;

namespace Mig.Transfer.Http;

/// <summary>How an HTTP server listens, what it serves, and to whom.</summary>
public sealed record HttpServerOptions
{
    public required IPEndPoint Listen { get; init; }

    /// <summary>PEM files of the certificate with its chain, and of the key; null for plain HTTP.</summary>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>Without TLS, speaks HTTP/2 alone, by prior knowledge. With TLS, both versions are spoken, and the client chooses.</summary>
    public bool IsHttp2 { get; init; }

    /// <summary>Opens a repository for one call of somebody who may read it.</summary>
    /// <returns>Null when there is none of that name.</returns>
    public required Func<HttpCall, AccessRights, RepositoryService?> Open { get; init; }

    /// <summary>
    /// Given the bearer token of a request, or null when it has none, says what the caller may do; null when that is nothing.
    /// </summary>
    public Func<string?, AccessRights?> Authenticate { get; init; } = _ => AccessRights.Unlimited;

    /// <summary>Answers only requests whose Host is an address or localhost. A web page can point a name of its own at 127.0.0.1 (DNS
    /// rebinding); where nobody needs a token, the browser of this machine's user must not let it in.</summary>
    public bool WantsLocalHost { get; init; }

    /// <summary>Told of each request when it has been answered; called by many threads.</summary>
    public Action<RequestLogEntry> Log { get; init; } = _ => { };

    /// <summary>Takes what is wrong while the server runs, such as a new certificate that cannot be used.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Counts for <c>/metrics</c>.</summary>
    public ServerMetrics Metrics { get; init; } = new();

    /// <summary>
    /// Requests a second that one client may make for ever, and <see cref="BurstSeconds"/> times as many at once; 0 for any number.
    /// </summary>
    public int MaxRate { get; init; }

    public int BurstSeconds { get; init; } = 10;

    /// <summary>Connections at once. When there are more, one that is not worked for is closed.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>Those of one client.</summary>
    public int MaxConnectionsPerClient { get; init; } = 64;

    /// <summary>Requests that are worked on at once; others wait.</summary>
    public int MaxRequests { get; init; } = 32;

    /// <summary>Those of one client, or of one token.</summary>
    public int MaxRequestsPerClient { get; init; } = 16;

    /// <summary>Proxies of our own: what they say in <c>X-Forwarded-For</c> is the client.</summary>
    public IReadOnlyList<IPAddress> TrustedProxies { get; init; } = [];

    /// <summary>Most bytes of a request's body; 0 for no limit.</summary>
    public long MaxBodySize { get; init; }

    /// <summary>How long the header of a request may take.</summary>
    public TimeSpan HeaderPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes a second that a body, or the reading of an answer, may not fall below on average, once <see cref="RateGrace"/> has passed.
    /// </summary>
    public int MinBytesPerSecond { get; init; } = 1024;

    public TimeSpan RateGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a connection may be open without a request.</summary>
    public TimeSpan IdlePatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long requests under way may go on when the server stops.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(30);

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal bool IsTrustedProxy(IPAddress address) => TrustedProxies.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
