using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mig.Core;

namespace Mig.Transfer.Http;

/// <summary>
/// Serves repositories over HTTP: one POST a call (docs/protocol.md, "HTTP"), and <c>/healthz</c> and <c>/metrics</c> beside it.
/// </summary>
public sealed class HttpServer : IAsyncDisposable
{
    // A line of 100 ms and 300 Mbit/s is full with so much under way.
    private const int Http2Window = 4 << 20;

    private readonly HttpServerOptions _options;
    private readonly WebApplication _application;
    private readonly RequestHandler _handler;
    private readonly ConnectionGate _gate;
    private readonly CertificateWatcher? _certificate;
    private readonly CancellationTokenSource _cut = new();

    private HttpServer(HttpServerOptions options)
    {
        _options = options;
        _certificate = options.Tls is { } tls ? new CertificateWatcher(tls.Certificate, tls.Key, options.Warn) : null;
        _gate = new ConnectionGate(options);
        _handler = new RequestHandler(options, () => _gate.Count, _cut.Token);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan); // StopAsync says how long
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        _application = builder.Build();
        _application.Run(_handler.HandleAsync);
    }

    /// <summary>Where it listens: the port that was chosen, when 0 was asked for.</summary>
    public Uri Address => new(_application.Urls.First());

    /// <summary>Begins to serve.</summary>
    /// <exception cref="RemoteException">The address cannot be listened on, or the certificate cannot be read.</exception>
    public static async Task<HttpServer> StartAsync(HttpServerOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new HttpServer(options);
        try
        {
            await server._application.StartAsync(cancellation).ConfigureAwait(false);
            return server;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw new RemoteException("REMOTE-030", $"cannot listen on {options.Listen}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Takes no more requests, gives those under way <see cref="HttpServerOptions.StopPatience"/> to end, and cuts the rest.
    /// </summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(_options.StopPatience);
        using CancellationTokenRegistration registration = patience.Token.Register(_cut.Cancel);
        try
        {
            await _application.StopAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Patience ended; what was still under way has been cut.
        }

        await _cut.CancelAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _cut.CancelAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _handler.Dispose();
        _cut.Dispose();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = true;
        KestrelServerLimits limits = kestrel.Limits;
        limits.KeepAliveTimeout = _options.IdlePatience;
        limits.MaxRequestBodySize = null; // counted by ourselves, which can be told to the client
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.RequestHeadersTimeout = _options.HeaderPatience;
        limits.Http2.MaxStreamsPerConnection = _options.MaxRequestsPerClient;
        limits.Http2.InitialConnectionWindowSize = limits.Http2.InitialStreamWindowSize = Http2Window;
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = _options.MinBytesPerSecond > 0
            ? new MinDataRate(_options.MinBytesPerSecond, _options.RateGrace) : null;
        kestrel.Listen(_options.Listen, listen =>
        {
            listen.Protocols = _certificate is not null ? HttpProtocols.Http1AndHttp2 : _options.IsHttp2 ? HttpProtocols.Http2
                : HttpProtocols.Http1;
            listen.Use(next => connection => _gate.RunAsync(connection, next));
            if (_certificate is { } certificate)
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Greet(certificate)) });
        });
    }

    private static SslServerAuthenticationOptions Greet(CertificateWatcher certificate) => new()
    {
        ServerCertificateContext = certificate.Current,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    /// <summary>Signals are the caller's affair.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
