using System.Net;

namespace Mig.Exchange.Serving;

/// <summary>What <c>mig serve</c> serves, where, and to whom.</summary>
public sealed record ServerOptions
{
    /// <summary>What <see cref="CacheSize"/> is unless something else is said.</summary>
    public const long DefaultCacheSize = 256L << 20;

    /// <summary>
    /// The address and port for HTTP; port 0 for any that is free, which <see cref="RepositoryServer.Address"/> then says. Null for no
    /// HTTP.
    /// </summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Where disks are served over NBD: <c>unix:PATH</c> or <c>tcp:ADDRESS:PORT</c>; null for nowhere.</summary>
    public string? Nbd { get; init; }

    /// <summary>Sessions whose disks can be written over NBD. One that is not there begins, on the revision of that name.</summary>
    public IReadOnlyList<string> Writable { get; init; } = [];

    /// <summary>Most bytes of decompressed contents that are kept for NBD.</summary>
    public long CacheSize { get; init; } = DefaultCacheSize;

    /// <summary>A folder of repositories, or a repository itself.</summary>
    public required string Root { get; init; }

    /// <summary>PEM files of the certificate with its chain, and of the key; null for plain HTTP and NBD.</summary>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>Without TLS, speaks HTTP/2 alone, by prior knowledge. With TLS, both versions are spoken, and the client chooses.</summary>
    public bool IsHttp2 { get; init; }

    /// <summary>Who may do what; null when everybody may do everything.</summary>
    public string? AccessFile { get; init; }

    /// <summary>Serves other machines without an access file.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>Most bytes of one request; 0 for no limit.</summary>
    public long MaxBodySize { get; init; }

    /// <summary>Requests a second that one client may make for ever, and ten times as many at once; 0 for any number.</summary>
    public int MaxRate { get; init; } = 100;

    /// <summary>Connections at once. When there are more, one that is not worked for is closed.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>Those of one client.</summary>
    public int MaxConnectionsPerClient { get; init; } = 64;

    /// <summary>Requests that are worked on at once; others wait.</summary>
    public int MaxRequests { get; init; } = 32;

    /// <summary>Those of one client, or of one token.</summary>
    public int MaxRequestsPerClient { get; init; } = 16;

    /// <summary>Bytes a second that a client may not fall below for long; 0 for none.</summary>
    public int MinRate { get; init; } = 1024;

    /// <summary>Proxies of our own: what they say in <c>X-Forwarded-For</c> is the client.</summary>
    public IReadOnlyList<IPAddress> TrustedProxies { get; init; } = [];

    /// <summary>Takes a line for each request, and for each connection of NBD; called by one thread at a time.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>Takes what is wrong while the server runs, such as a change of the access file that cannot be read.</summary>
    public Action<string> Warn { get; init; } = _ => { };
}
