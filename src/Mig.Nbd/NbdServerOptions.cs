using System.Net.Security;

namespace Mig.Nbd;

/// <summary>Where a server listens, what it offers, and what it spends on clients.</summary>
public sealed record NbdServerOptions
{
    public required NbdEndpoint Listen { get; init; }

    public required INbdExports Exports { get; init; }

    /// <summary>Gives the certificate for a new connection; null where TLS is not spoken. With one, other machines must use it.</summary>
    public Func<SslStreamCertificateContext>? Certificate { get; init; }

    /// <summary>Connections at once. When there are more, the oldest that has not chosen a disk is closed.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>Those of one address; for a Unix socket only <see cref="MaxConnections"/> counts.</summary>
    public int MaxConnectionsPerClient { get; init; } = 64;

    /// <summary>Requests of all connections that are worked on at once; others wait.</summary>
    public int MaxWorkers { get; init; } = 32;

    /// <summary>How long a client may take to choose a disk.</summary>
    public TimeSpan HandshakePatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take for a piece of a reply, or of what it writes (256 KiB).</summary>
    public TimeSpan StallPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long requests under way may go on when the server stops.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Told of each connection that chose a disk, when it is over; called by many threads.</summary>
    public Action<NbdLogEntry> Log { get; init; } = _ => { };

    /// <summary>Takes what went wrong on this side, such as an object that is damaged; called by many threads.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
