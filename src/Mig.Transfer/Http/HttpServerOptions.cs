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

    /// <summary>Opens a repository for one call of somebody who may read it.</summary>
    /// <returns>Null when there is none of that name.</returns>
    public required Func<HttpCall, AccessRights, RepositoryService?> Open { get; init; }

    /// <summary>Given the bearer token of a request, or null when it has none, says what the caller may do; null when that is nothing.</summary>
    public Func<string?, AccessRights?> Authenticate { get; init; } = _ => AccessRights.Unlimited;

    /// <summary>Answers only requests whose Host is an address or localhost. A web page can point a name of its own at 127.0.0.1 (DNS rebinding); where
    /// nobody needs a token, the browser of this machine's user must not let it in.</summary>
    public bool WantsLocalHost { get; init; }

    /// <summary>Told of each request when it has been answered; called by many threads.</summary>
    public Action<RequestLogEntry> Log { get; init; } = _ => { };

    /// <summary>Counts for <c>/metrics</c>.</summary>
    public ServerMetrics Metrics { get; init; } = new();

    /// <summary>Says how often one client may ask; null for any number of times.</summary>
    public ClientRateLimiter? RateLimiter { get; init; }

    /// <summary>Connections at once; more are closed at once.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>Requests that are worked on at once; others wait.</summary>
    public int MaxRequests { get; init; } = 32;

    /// <summary>Most bytes of a request's body; 0 for no limit.</summary>
    public long MaxBodySize { get; init; }

    /// <summary>How long the header of a request may take.</summary>
    public TimeSpan HeaderPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes a second that a body, or the reading of an answer, may not fall below on average, once <see cref="RateGrace"/> has passed.</summary>
    public double MinBytesPerSecond { get; init; } = 240;

    public TimeSpan RateGrace { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long requests under way may go on when the server stops.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(30);

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
