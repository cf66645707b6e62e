using Mig.Transfer.Protocol;
using Mig.Transfer.Serving;

namespace Mig.Transfer;

/// <summary>How to reach another repository.</summary>
public sealed record RemoteOptions
{
    public const int MostRequests = ProtocolLimits.MaxParts;
    public const int DefaultMaxRefs = 200_000;

    public static readonly TimeSpan DefaultConnectTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The command that ssh runs there (<c>remote.NAME.serve</c>).</summary>
    public string ServeCommand { get; init; } = "mig";

    /// <summary>The ssh program and its options (<c>MIG_SSH</c>, <c>core.sshCommand</c>).</summary>
    public string SshCommand { get; init; } = "ssh";

    /// <summary>How long to wait for the other side (<c>http.lowSpeedTime</c>, <c>http.lowSpeedLimit</c>), over ssh as well.</summary>
    public Patience Patience { get; init; } = Patience.Default;

    /// <summary>
    /// How long the making of a connection may take (<c>http.connectTimeout</c>), over ssh as well; zero for as long as the system lets it.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; } = DefaultConnectTimeout;

    /// <summary>What to do when a call breaks (<c>http.maxRetries</c>), over ssh as well.</summary>
    public RetryPolicy Retries { get; init; } = RetryPolicy.Default;

    /// <summary>
    /// The proxy that all goes through (<c>http.proxy</c>), as curl reads it; empty for none, null for what the environment says.
    /// </summary>
    public string? Proxy { get; init; }

    /// <summary>What to do when there is no mig at the other end of ssh.</summary>
    public string ServeAdvice { get; init; } = "install it there";

    /// <summary>Most refs of another repository that are listened to (<c>transfer.maxRefs</c>).</summary>
    public int MaxRefs { get; init; } = DefaultMaxRefs;

    /// <summary>
    /// Gives the bearer token for an HTTP address; called first with false, then with true after each refusal. Null when there is none, or
    /// no other.
    /// </summary>
    public Func<bool, string?> Token { get; init; } = _ => null;

    /// <summary>Told once, when the server took the token.</summary>
    public Action TokenAccepted { get; init; } = () => { };

    /// <summary>How many requests to an HTTP server may be under way at once (<c>http.maxRequests</c>); 1 or more.</summary>
    public int MaxRequests { get; init; } = 1;

    /// <summary>Which version of HTTP is spoken (<c>http.version</c>).</summary>
    public HttpChoice Http { get; init; }

    /// <summary>
    /// A PEM file of the authorities whose certificates are trusted, instead of the system's (<c>http.sslCAInfo</c>); null for those.
    /// </summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Opens the repository in a folder, to be served to ourselves.</summary>
    public Func<string, RepositoryService> ServeFolder { get; init; } = folder => throw new NotSupportedException(folder);
}
