using System.Net;
using Mig.Core;
using Mig.Core.Host;
using Mig.Transfer.Access;
using Mig.Transfer.Http;
using Mig.Transfer.Serving;

namespace Mig.Exchange.Serving;

/// <summary>Serves repositories over HTTP until it is stopped. May be used from several threads.</summary>
public sealed class RepositoryServer : IAsyncDisposable
{
    private readonly RepositoryHost _host;
    private readonly HttpServer _server;

    private RepositoryServer(RepositoryHost host, HttpServer server) => (_host, _server) = (host, server);

    /// <summary>Where it listens: the port that was chosen, when 0 was asked for.</summary>
    public Uri Address => _server.Address;

    /// <summary>Begins to serve. Dispose it to stop at once and close the repositories.</summary>
    /// <param name="options">What it serves, where, and to whom.</param>
    /// <param name="context">The world around the repositories; null for that of this process.</param>
    /// <param name="cancellation">Ends beginning, not serving.</param>
    /// <exception cref="NotFoundException">There is no folder <see cref="ServerOptions.Root"/>.</exception>
    /// <exception cref="UsageException">Other machines could do what they like, and nothing says that they may; or the access file is
    /// malformed.</exception>
    /// <exception cref="RemoteException">The address cannot be listened on, or the certificate cannot be read.</exception>
    public static async Task<RepositoryServer> StartAsync(
        ServerOptions options, RepositoryContext? context = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        context ??= RepositoryContext.Default;
        bool isLocal = IPAddress.IsLoopback(options.Listen.Address);
        if (options.AccessFile is null && !isLocal && !options.IsInsecure)
            throw new UsageException(
                $"{options.Listen} can be reached from other machines, and nothing says who may do what; give an access file with --auth, "
                + "listen on 127.0.0.1, or say --insecure");
        if (!Directory.Exists(options.Root))
            throw new NotFoundException($"folder {options.Root} does not exist");
        WarnOfOpenFiles(options);
        AccessFileWatcher? access = options.AccessFile is { } file ? new AccessFileWatcher(file, context.Clock, options.Warn) : null;
        var host = new RepositoryHost(options.Root, context);
        var gate = new Lock();
        var http = new HttpServerOptions
        {
            Listen = options.Listen,
            Tls = options.Tls,
            IsHttp2 = options.IsHttp2,
            Clock = context.Clock,
            Authenticate = token => Authenticate(access, token, context.Clock),
            Open = (call, rights) => Open(host, call, rights, access is not null),
            WantsLocalHost = access is null && isLocal && !options.IsInsecure,
            MaxBodySize = options.MaxBodySize,
            MaxConnections = options.MaxConnections,
            MaxConnectionsPerClient = options.MaxConnectionsPerClient,
            MaxRequests = options.MaxRequests,
            MaxRequestsPerClient = options.MaxRequestsPerClient,
            MaxRate = options.MaxRate,
            MinBytesPerSecond = options.MinRate,
            TrustedProxies = options.TrustedProxies,
            Warn = options.Warn,
            Log = entry =>
            {
                lock (gate)
                    options.Log(entry.ToString());
            },
        };
        try
        {
            return new RepositoryServer(host, await HttpServer.StartAsync(http, cancellation).ConfigureAwait(false));
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Serves until it is told to stop, and then stops as <see cref="StopAsync"/> does. Being told to is not an error: it does not throw.
    /// </summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>Takes no more requests, and gives those under way half a minute to end.</summary>
    public Task StopAsync() => _server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _host.Dispose();
    }

    // What decides who may do what is nobody else's to change, and its hashes and keys are nobody else's to try.
    private static void WarnOfOpenFiles(ServerOptions options)
    {
        const int GroupOrOthersWrite = 0x12, OthersRead = 0x4; // 022 and 004
        foreach (string? path in (string?[])[options.AccessFile, options.Tls?.Key])
        {
            if (path is null || FileStatus.Of(path, followsLinks: true) is not { Type: FileType.Regular } status)
                continue;
            if ((status.Mode & GroupOrOthersWrite) != 0)
                options.Warn($"other users can change {path}; 'chmod go-w {path}' keeps them from it");
            if ((status.Mode & OthersRead) != 0)
                options.Warn($"all users can read {path}; 'chmod o= {path}' keeps it from them");
        }
    }

    private static AccessRights? Authenticate(AccessFileWatcher? access, string? token, TimeProvider clock) =>
        access is null ? AccessRights.Unlimited : token is null ? access.Current.Anonymous
            : access.Current.Authenticate(token, clock.GetUtcNow());

    private static RepositoryService? Open(RepositoryHost host, HttpCall call, AccessRights rights, bool isKnown) =>
        host.Find(call.Repository) is { } repository
            ? ServedRepository.Serve(repository, call.Repository, rights, isKnown ? rights.Name : null, null) : null;
}
