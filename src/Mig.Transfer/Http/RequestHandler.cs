using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Mig.Transfer.Access;
using Mig.Transfer.Protocol;
using Mig.Transfer.Serving;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Http;

/// <summary>Answers requests: who asks, whether that one may, and then the repository. For many threads.</summary>
/// <param name="connections">Says how many connections are open.</param>
/// <param name="stop">Cuts what is still being answered.</param>
internal sealed class RequestHandler(HttpServerOptions options, Func<int> connections, CancellationToken stop) : IDisposable
{
    private const string NoRepository = "there is no such repository";
    private const string HealthPath = "/healthz";
    private const string MetricsPath = "/metrics";

    // A request of this size is not worked on before it is there; more is read while it comes.
    private const int FirstPiece = 32 << 10;

    private readonly WorkSlots _slots = new(options.MaxRequestsPerClient, options.MaxRequests);
    private readonly IdleMemory _idle = new(options.Clock, () => options.Metrics.ActiveRequests == 0);
    private readonly RequestRates? _rates = options.MaxRate > 0
        ? new RequestRates(options.MaxRate, (int)Math.Min(int.MaxValue, (long)options.MaxRate * options.BurstSeconds)) : null;

    [SuppressMessage("Design", "CA1031", Justification = "a fault in one request must not end the server; it is logged and counted")]
    public async Task HandleAsync(HttpContext context)
    {
        long begin = options.Clock.GetTimestamp();
        var exchange = new HttpExchange(
            context, options, options.Clock.GetUtcNow())
        { Rights = options.Authenticate(HttpExchange.FindToken(context.Request)) };
        exchange.Connection?.BeginRequest();
        options.Metrics.Begin();
        try
        {
            await AnswerAsync(exchange).ConfigureAwait(false);
        }
        catch (BodyTooLargeException e)
        {
            await FailAsync(exchange, StatusCodes.Status413PayloadTooLarge, e.Message).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            if (e.StatusCode == StatusCodes.Status408RequestTimeout)
                options.Metrics.Add(ServerCounter.TooSlow);
            await FailAsync(exchange, e.StatusCode, e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The connection is cut, so that a half answer is never taken for a whole one.
            exchange.Error = stop.IsCancellationRequested ? "cut, because the server stops" : "the client is gone";
            context.Abort();
        }
        catch (Exception e)
        {
            options.Metrics.Add(ServerCounter.Failures);
            await FailAsync(exchange, StatusCodes.Status500InternalServerError, "the server failed; its log says more")
                .ConfigureAwait(false);
            exchange.Error = $"{e.GetType().Name}: {e.Message}";
        }
        finally
        {
            exchange.Connection?.EndRequest();
            TimeSpan duration = options.Clock.GetElapsedTime(begin);
            options.Metrics.End(context.Request.Method, context.Response.StatusCode, duration, exchange.Input.Bytes, exchange.Output.Bytes);
            options.Log(exchange.ToLogEntry(duration));
            _idle.Ended();
        }
    }

    public void Dispose()
    {
        _slots.Dispose();
        _idle.Dispose();
        _rates?.Dispose();
    }

    private static async Task FailAsync(HttpExchange exchange, int status, string text)
    {
        exchange.Error = text;
        if (exchange.Response.HasStarted)
            exchange.Context.Abort();
        else
            await exchange.SayAsync(status, text).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpExchange exchange)
    {
        bool isRead = HttpMethods.IsGet(exchange.Request.Method) || HttpMethods.IsHead(exchange.Request.Method);
        if (isRead && exchange.Path == HealthPath)
        {
            await exchange.SayAsync(StatusCodes.Status200OK, "ok").ConfigureAwait(false);
        }
        else if (_rates is { } rates && !rates.TryTake(exchange.Key, out TimeSpan wait))
        {
            options.Metrics.Add(ServerCounter.RateLimited);
            exchange.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await exchange.SayAsync(StatusCodes.Status429TooManyRequests, exchange.Key[0] == 't' ? "too many requests with your token"
                : "too many requests from your address").ConfigureAwait(false);
        }
        else if (options.WantsLocalHost && !IsLocalHost(exchange.Request.Host.Host))
        {
            await exchange.SayAsync(StatusCodes.Status421MisdirectedRequest,
                "this server is for its own machine: ask for it by address, or as localhost").ConfigureAwait(false);
        }
        else if (isRead && exchange.Path == MetricsPath)
        {
            await ShowMetricsAsync(exchange).ConfigureAwait(false);
        }
        else if (exchange.Path.EndsWith(HttpTransport.Endpoint, StringComparison.Ordinal))
        {
            await ServeAsync(exchange).ConfigureAwait(false);
        }
        else
        {
            await exchange.SayAsync(StatusCodes.Status404NotFound, "there is nothing here").ConfigureAwait(false);
        }
    }

    private static bool IsLocalHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);

    // How busy a server is tells strangers something, too.
    private async Task ShowMetricsAsync(HttpExchange exchange)
    {
        AccessRights? rights = exchange.Rights;
        exchange.User = exchange.Token is null ? null : rights?.Name;
        if (exchange.IsLocal || (rights is not null && rights.MayAdminister("").IsAllowed))
            await exchange.WriteAsync(ServerMetrics.ContentType, options.Metrics.ToString(connections())).ConfigureAwait(false);
        else if (exchange.Token is null || rights is null)
            await RefuseTokenAsync(exchange).ConfigureAwait(false);
        else
            await exchange.SayAsync(StatusCodes.Status403Forbidden, "the right 'admin' is needed").ConfigureAwait(false);
    }

    private async Task ServeAsync(HttpExchange exchange)
    {
        var call = new HttpCall(exchange.Client, exchange.Path[..^HttpTransport.Endpoint.Length].TrimStart('/'), exchange.Token);
        AccessRights? rights = exchange.Rights;
        exchange.User = call.Token is null ? null : rights?.Name;
        if (rights is null || (call.Token is null && !rights.MayRead(call.Repository).IsAllowed))
        {
            await RefuseTokenAsync(exchange).ConfigureAwait(false);
            return;
        }

        // Who may not read a repository does not learn that it is there.
        if (!rights.MayRead(call.Repository).IsAllowed)
        {
            options.Metrics.Add(ServerCounter.Unauthorized);
            await exchange.SayAsync(StatusCodes.Status404NotFound, NoRepository).ConfigureAwait(false);
            return;
        }

        if (!HttpMethods.IsPost(exchange.Request.Method) || exchange.Request.ContentType != HttpTransport.MediaType)
        {
            await exchange.SayAsync(StatusCodes.Status405MethodNotAllowed, $"POST of {HttpTransport.MediaType} is wanted")
                .ConfigureAwait(false);
            return;
        }

        if (options.MaxBodySize > 0 && exchange.Request.ContentLength > options.MaxBodySize)
            throw new BodyTooLargeException(options.MaxBodySize);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(exchange.Context.RequestAborted, stop);

        // Whoever announces a body and does not send it waits alone, and keeps nobody from being served.
        await WaitForBodyAsync(exchange.Request.BodyReader, cut.Token).ConfigureAwait(false);
        bool isFound;
        using (var slot = new WorkSlot(_slots, exchange.Key, exchange.Connection, cut.Token))
        {
            await slot.TakeAsync().ConfigureAwait(false);
            (exchange.Input.Slot, exchange.Output.Slot) = (slot, slot);
            isFound = await Task.Factory.StartNew(() => Serve(exchange, call, rights, cut.Token), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            (exchange.Input.Slot, exchange.Output.Slot) = (null, null);
        }

        if (!isFound)
            await exchange.SayAsync(StatusCodes.Status404NotFound, NoRepository).ConfigureAwait(false);
    }

    // Nothing is taken: it is there when it is read.
    private static async Task WaitForBodyAsync(PipeReader body, CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(cancellation).ConfigureAwait(false);
            bool isEnough = read.IsCompleted || read.Buffer.Length >= FirstPiece;
            body.AdvanceTo(read.Buffer.Start, isEnough ? read.Buffer.Start : read.Buffer.End);
            if (isEnough)
                return;
        }
    }

    private bool Serve(HttpExchange exchange, HttpCall call, AccessRights rights, CancellationToken cancellation)
    {
        using RepositoryService? service = options.Open(call, rights);
        if (service is null)
            return false;
        exchange.Repository = call.Repository;
        exchange.Response.ContentType = HttpTransport.MediaType;
        using var buffered = new BufferedStream(exchange.Output, 1 << 16);
        try
        {
            service.Answer(new MessageReader(new BufferedStream(exchange.Input, 1 << 16), "the client"), new MessageWriter(buffered),
                cancellation);
        }
        finally
        {
            exchange.Verb = service.Tally.Verb;
            exchange.Error = service.Tally.Error;
            options.Metrics.Add(service.Tally);
        }

        return true;
    }

    private async Task RefuseTokenAsync(HttpExchange exchange)
    {
        options.Metrics.Add(ServerCounter.Unauthorized);
        exchange.Response.Headers.WWWAuthenticate = "Bearer realm=\"mig\"";
        await exchange.SayAsync(StatusCodes.Status401Unauthorized, exchange.Token is null ? "a token is needed"
            : "the token is unknown or has expired").ConfigureAwait(false);
    }
}
