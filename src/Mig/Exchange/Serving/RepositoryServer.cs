using System.Globalization;
using System.Net;
using Mig.Core;
using Mig.Core.Host;
using Mig.Nbd;
using Mig.Store.Packs;
using Mig.Transfer.Access;
using Mig.Transfer.Http;
using Mig.Transfer.Serving;

namespace Mig.Exchange.Serving;

/// <summary>Serves repositories over HTTP, and their disks over NBD, until it is stopped. May be used from several threads.</summary>
public sealed class RepositoryServer : IAsyncDisposable
{
    private readonly RepositoryHost _host;
    private readonly HttpServer? _http;
    private readonly NbdServer? _nbd;

    private readonly WritableSessions _sessions;

    private RepositoryServer(RepositoryHost host, HttpServer? http, NbdServer? nbd, WritableSessions sessions) =>
        (_host, _http, _nbd, _sessions) = (host, http, nbd, sessions);

    /// <summary>Where it listens for HTTP: the port that was chosen, when 0 was asked for. Null when it does not.</summary>
    public Uri? Address => _http?.Address;

    /// <summary>Where it listens for NBD, as clients write it; null when it does not.</summary>
    public string? NbdAddress => _nbd?.Address.ToString();

    /// <summary>Begins to serve. Dispose it to stop at once and close the repositories.</summary>
    /// <param name="options">What it serves, where, and to whom.</param>
    /// <param name="context">The world around the repositories; null for that of this process.</param>
    /// <param name="cancellation">Ends beginning, not serving.</param>
    /// <exception cref="NotFoundException">There is no folder <see cref="ServerOptions.Root"/>.</exception>
    /// <exception cref="UsageException">Other machines could do what they like, and nothing says that they may; or the access file is
    /// malformed.</exception>
    /// <exception cref="RemoteException">The address cannot be listened on, or the certificate cannot be read.</exception>
    public static async Task<RepositoryServer> StartAsync(ServerOptions options, RepositoryContext? context = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        context ??= RepositoryContext.Default;
        NbdEndpoint? place = options.Nbd is { } text ? NbdEndpoint.Parse(text) : null;
        bool isLocal = options.Listen is null || IPAddress.IsLoopback(options.Listen.Address);
        if (options.AccessFile is null && !options.IsInsecure && (!isLocal || place?.IsLocal == false))
        {
            object open = isLocal ? place!.Address! : options.Listen!;
            throw new UsageException(
                $"{open} can be reached from other machines, and nothing says who may do what; give an access file with --auth, listen on "
                + $"127.0.0.1, or say --insecure");
        }

        if (!Directory.Exists(options.Root))
            throw new NotFoundException($"folder {options.Root} does not exist");
        if (options.Writable.Count > 0 && place is null)
            throw new UsageException("--writable goes with --nbd");
        WarnOfOpenFiles(options);
        AccessFileWatcher? access = options.AccessFile is { } file ? new AccessFileWatcher(file, context.Clock, options.Warn) : null;
        var host = new RepositoryHost(options.Root, place is null ? context : context with { Frames = new FrameCache(options.CacheSize) });
        var log = new Lock();
        HttpServer? http = null;
        WritableSessions? sessions = null;
        try
        {
            sessions = new WritableSessions(host, options.Writable, options.Warn);
            if (options.Listen is { } listen)
                http = await HttpServer.StartAsync(ToHttp(options, listen, host, access, context, Log, isLocal), cancellation)
                    .ConfigureAwait(false);
            NbdServer? nbd = place is { } known ? NbdServer.Start(ToNbd(options, known, host, access, context, Log, sessions)) : null;
            return new RepositoryServer(host, http, nbd, sessions);
        }
        catch
        {
            if (http is not null)
                await http.DisposeAsync().ConfigureAwait(false);
            sessions?.Dispose();
            host.Dispose();
            throw;
        }

        void Log(string line)
        {
            lock (log)
                options.Log(line);
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
    public Task StopAsync() => Task.WhenAll(_http?.StopAsync() ?? Task.CompletedTask, _nbd?.StopAsync() ?? Task.CompletedTask);

    public async ValueTask DisposeAsync()
    {
        if (_http is not null)
            await _http.DisposeAsync().ConfigureAwait(false);
        if (_nbd is not null)
            await _nbd.DisposeAsync().ConfigureAwait(false);
        _sessions.Dispose();
        _host.Dispose();
    }

    private static HttpServerOptions ToHttp(
        ServerOptions options, IPEndPoint listen, RepositoryHost host, AccessFileWatcher? access, RepositoryContext context,
            Action<string> log, bool isLocal) => new()
            {
                Listen = listen,
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
                Log = entry => log(entry.ToString()),
            };

    private static NbdServerOptions ToNbd(ServerOptions options, NbdEndpoint place, RepositoryHost host, AccessFileWatcher? access,
        RepositoryContext context, Action<string> log, WritableSessions sessions)
    {
        CertificateWatcher? certificate = options.Tls is { } tls ? new CertificateWatcher(tls.Certificate, tls.Key, options.Warn) : null;
        return new NbdServerOptions
        {
            Listen = place,
            Exports = new RepositoryExports(host, token => Authenticate(access, token, context.Clock), context.Clock, sessions),
            Certificate = certificate is null ? null : () => certificate.Current,
            MaxConnections = options.MaxConnections,
            MaxConnectionsPerClient = options.MaxConnectionsPerClient,
            MaxWorkers = options.MaxRequests,
            Clock = context.Clock,
            Warn = options.Warn,
            Log = entry => log(ToLine(entry)),
        };
    }

    private static string ToLine(NbdLogEntry entry)
    {
        var line = new LogLine();
        line.Add("time", entry.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        line.Add("client", entry.Client);
        line.Add("nbd", entry.Export);
        line.Add("requests", entry.Requests.ToString(CultureInfo.InvariantCulture));
        line.Add("in", entry.BytesIn.ToString(CultureInfo.InvariantCulture));
        line.Add("out", entry.BytesOut.ToString(CultureInfo.InvariantCulture));
        line.Add("ms", entry.Duration.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture));
        line.Add("error", entry.Error);
        return line.ToString();
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
        host.Find(call.Repository) is { } repository ? ServedRepository.Serve(repository, call.Repository, rights, isKnown ? rights.Name
            : null, null) : null;
}
