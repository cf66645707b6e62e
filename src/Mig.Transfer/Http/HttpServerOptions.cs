using System.Net;
using Mig.Transfer.Serving;

namespace Mig.Transfer.Http;

/// <summary>How an HTTP server listens, and what it serves.</summary>
public sealed record HttpServerOptions
{
    public required IPEndPoint Listen { get; init; }

    /// <summary>PEM files of certificate and key; null for plain HTTP.</summary>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>Opens a repository for one call.</summary>
    /// <returns>Null when there is none of that name.</returns>
    public required Func<HttpCall, RepositoryService?> Open { get; init; }

    /// <summary>Given the bearer token of a request (null when it has none) and the repository's name, says whether it may be served.</summary>
    public Func<HttpCall, HttpVerdict> Authorize { get; init; } = _ => HttpVerdict.Allowed;

    /// <summary>Told of each request when it has been answered.</summary>
    public Action<HttpOutcome> Log { get; init; } = _ => { };

    /// <summary>Text of <c>/metrics</c>; null for none.</summary>
    public Func<string>? Metrics { get; init; }

    /// <summary>Connections at once.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>Requests that are worked on at once; others wait.</summary>
    public int MaxRequests { get; init; } = 16;

    /// <summary>Most bytes of a request's body; 0 for no limit.</summary>
    public long MaxBodySize { get; init; }
}
