using System.Net;

namespace Mig.Serving;

/// <summary>What <c>mig serve --listen</c> serves, where, and to whom.</summary>
public sealed record ServerOptions
{
    public required IPEndPoint Listen { get; init; }

    /// <summary>A folder of repositories, or a repository itself.</summary>
    public required string Root { get; init; }

    /// <summary>PEM files of the certificate with its chain, and of the key; null for plain HTTP.</summary>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>Who may do what; null when everybody may do everything.</summary>
    public string? AccessFile { get; init; }

    /// <summary>Serves other machines without an access file.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>Most bytes of one request; 0 for no limit.</summary>
    public long MaxBodySize { get; init; }

    /// <summary>Requests a second that one client may make for ever, and ten times as many at once; 0 for any number.</summary>
    public double MaxRate { get; init; } = 100;

    /// <summary>Connections at once.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>Takes a line for each request; called by one thread at a time.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>Takes what is wrong while the server runs, such as a change of the access file that cannot be read.</summary>
    public Action<string> Warn { get; init; } = _ => { };
}
