using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mig.Core;
using Mig.Transfer.Protocol;
using Mig.Transfer.Serving;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Http;

/// <summary>Serves repositories over HTTP: one POST a call (docs/protocol.md, "HTTP"), and <c>/healthz</c> and <c>/metrics</c> beside it.</summary>
public sealed class HttpServer : IAsyncDisposable
{
    private const string NoRepository = "there is no such repository";

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly HttpServerOptions _options;
    private readonly WebApplication _application;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();

    private HttpServer(HttpServerOptions options)
    {
        _options = options;
        _slots = new SemaphoreSlim(options.MaxRequests);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        _application = builder.Build();
        _application.Run(HandleAsync);
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
        catch (Exception e) when (e is IOException or System.Security.Cryptography.CryptographicException or UnauthorizedAccessException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw new RemoteException("REMOTE-030", $"cannot listen on {options.Listen}: {e.Message}", e);
        }
    }

    /// <summary>Takes no more requests, and gives those under way some seconds to end.</summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _application.StopAsync(patience.Token).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _slots.Dispose();
        _stop.Dispose();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = true;
        kestrel.Limits.MaxConcurrentConnections = _options.MaxConnections;
        kestrel.Limits.MaxRequestBodySize = _options.MaxBodySize > 0 ? _options.MaxBodySize : null;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        kestrel.Listen(_options.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (_options.Tls is { } tls)
                listen.UseHttps(X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key));
        });
    }

    private async Task HandleAsync(HttpContext context)
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        long ticks = TimeProvider.System.GetTimestamp();
        var counter = new CountingStream(context.Response.Body);
        var input = new CountingStream(context.Request.Body);
        HttpCall? call = null;
        try
        {
            call = await AnswerAsync(context, input, counter).ConfigureAwait(false);
        }
        finally
        {
            _options.Log(new HttpOutcome(start, TimeProvider.System.GetElapsedTime(ticks), context.Request.Method, context.Request.Path, call, context.Response.StatusCode, input.Bytes, counter.Bytes));
        }
    }

    private async Task<HttpCall?> AnswerAsync(HttpContext context, Stream input, Stream output)
    {
        string path = context.Request.Path.Value ?? "";
        if (HttpMethods.IsGet(context.Request.Method) && path == "/healthz")
        {
            await SayAsync(context, StatusCodes.Status200OK, "ok").ConfigureAwait(false);
            return null;
        }

        if (HttpMethods.IsGet(context.Request.Method) && path == "/metrics" && _options.Metrics is { } metrics)
        {
            await SayAsync(context, StatusCodes.Status200OK, metrics()).ConfigureAwait(false);
            return null;
        }

        if (!path.EndsWith(HttpTransport.Endpoint, StringComparison.Ordinal))
        {
            await SayAsync(context, StatusCodes.Status404NotFound, "there is nothing here").ConfigureAwait(false);
            return null;
        }

        var call = new HttpCall(context.Connection.RemoteIpAddress ?? IPAddress.None, path[..^HttpTransport.Endpoint.Length].Trim('/'), FindToken(context.Request));
        switch (_options.Authorize(call))
        {
            case HttpVerdict.Unauthorized:
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"mig\"";
                await SayAsync(context, StatusCodes.Status401Unauthorized, "a token is needed").ConfigureAwait(false);
                return call;
            case HttpVerdict.Hidden:
                await SayAsync(context, StatusCodes.Status404NotFound, NoRepository).ConfigureAwait(false);
                return call;
            case HttpVerdict.TooMany:
                await SayAsync(context, StatusCodes.Status429TooManyRequests, "too many requests").ConfigureAwait(false);
                return call;
        }

        if (!HttpMethods.IsPost(context.Request.Method) || context.Request.ContentType != HttpTransport.MediaType)
        {
            await SayAsync(context, StatusCodes.Status405MethodNotAllowed, $"POST of {HttpTransport.MediaType} is wanted").ConfigureAwait(false);
            return call;
        }

        using var aborted = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stop.Token);
        await _slots.WaitAsync(aborted.Token).ConfigureAwait(false);
        try
        {
            using RepositoryService? service = _options.Open(call);
            if (service is null)
            {
                await SayAsync(context, StatusCodes.Status404NotFound, NoRepository).ConfigureAwait(false);
                return call;
            }

            context.Response.ContentType = HttpTransport.MediaType;
            await Task.Factory.StartNew(() => Serve(service, input, output, aborted.Token), aborted.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is gone, or the server stops: the connection is cut, so that a half answer is never taken for a whole one.
            context.Abort();
        }
        finally
        {
            _slots.Release();
        }

        return call;
    }

    private static void Serve(RepositoryService service, Stream input, Stream output, CancellationToken cancellation)
    {
        using var buffered = new BufferedStream(output, 1 << 16);
        service.Answer(new MessageReader(new BufferedStream(input, 1 << 16), "the client"), new MessageWriter(buffered), cancellation);
    }

    private static string? FindToken(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        string? value = request.Headers.Authorization;
        return value is not null && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : null;
    }

    private static async Task SayAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(text + "\n").ConfigureAwait(false);
    }

    /// <summary>Signals are the caller's affair.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
