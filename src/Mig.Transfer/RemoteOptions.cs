using Mig.Transfer.Protocol;
using Mig.Transfer.Serving;

namespace Mig.Transfer;

/// <summary>How to reach another repository.</summary>
public sealed record RemoteOptions
{
    public const int MostRequests = ProtocolLimits.MaxParts;
    public const int DefaultMaxRefs = 200_000;

    /// <summary>The command that ssh runs there (<c>remote.NAME.serve</c>).</summary>
    public string ServeCommand { get; init; } = "mig";

    /// <summary>The ssh program and its options (<c>MIG_SSH</c>, <c>core.sshCommand</c>).</summary>
    public string SshCommand { get; init; } = "ssh";

    /// <summary>How long to wait for the other side (<c>http.lowSpeedTime</c>, <c>http.lowSpeedLimit</c>), over ssh as well.</summary>
    public Patience Patience { get; init; } = Patience.Default;

    /// <summary>Most refs of another repository that are listened to (<c>transfer.maxRefs</c>).</summary>
    public int MaxRefs { get; init; } = DefaultMaxRefs;

    /// <summary>Gives the bearer token for an HTTP address; called first with false, then with true after each refusal. Null when there is none, or no other.</summary>
    public Func<bool, string?> Token { get; init; } = _ => null;

    /// <summary>Told once, when the server took the token.</summary>
    public Action TokenAccepted { get; init; } = () => { };

    /// <summary>How many requests to an HTTP server may be under way at once (<c>http.maxRequests</c>); 1 or more.</summary>
    public int MaxRequests { get; init; } = 1;

    /// <summary>A PEM file of the authorities whose certificates are trusted, instead of the system's (<c>http.sslCAInfo</c>); null for those.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Opens the repository in a folder, to be served to ourselves.</summary>
    public Func<string, RepositoryService> ServeFolder { get; init; } = folder => throw new NotSupportedException(folder);
}
