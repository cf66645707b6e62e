using System.Net;
using Microsoft.AspNetCore.Http;
using Mig.Transfer.Access;

namespace Mig.Transfer.Http;

/// <summary>One request, its answer, and what the log shall say of them.</summary>
internal sealed class HttpExchange(HttpContext context, HttpServerOptions options, DateTimeOffset time)
{
    private const string Scheme = "Bearer ";

    public HttpContext Context => context;

    public HttpRequest Request => context.Request;

    public HttpResponse Response => context.Response;

    public CountingStream Input { get; } =
        new(context.Request.Body, options.MaxBodySize) { Connection = context.Features.Get<ClientConnection>() };

    public CountingStream Output { get; } = new(context.Response.Body, 0) { Connection = context.Features.Get<ClientConnection>() };

    /// <summary>Who asks: the other end of the connection, or whom a proxy of ours names.</summary>
    public IPAddress Client { get; } = FindClient(context, options);

    /// <summary>The connection; null when nobody counts connections.</summary>
    public ClientConnection? Connection { get; } = context.Features.Get<ClientConnection>();

    /// <summary>What the caller may do; null when the token is unknown, or there is none and nothing is public.</summary>
    public AccessRights? Rights { get; init; }

    /// <summary>Who counts for limits: a token that is known, wherever it comes from; else the address.</summary>
    public string Key => Token is not null && Rights is not null && Rights != AccessRights.Unlimited ? "token " + Rights.Name : "address "
        + ClientKey.Of(Client);

    public string Path { get; } = context.Request.Path.Value ?? "";

    /// <summary>The bearer token; null when there is none.</summary>
    public string? Token { get; } = FindToken(context.Request);

    /// <summary>The name of the token that counted.</summary>
    public string? User { get; set; }

    public string? Repository { get; set; }

    /// <summary>What was asked of the repository.</summary>
    public string? Verb { get; set; }

    /// <summary>Why it was refused or failed.</summary>
    public string? Error { get; set; }

    /// <summary>Whether it comes from this machine, and through no proxy that says it stands between.</summary>
    public bool IsLocal => IPAddress.IsLoopback(Client) && !Request.Headers.ContainsKey("X-Forwarded-For")
        && !Request.Headers.ContainsKey("Forwarded");

    /// <summary>Answers with a line of text.</summary>
    public async Task SayAsync(int status, string text)
    {
        if (status >= StatusCodes.Status400BadRequest)
            Error = text;
        Response.StatusCode = status;
        await WriteAsync("text/plain; charset=utf-8", text + "\n").ConfigureAwait(false);
    }

    public async Task WriteAsync(string contentType, string text)
    {
        Response.ContentType = contentType;
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(Request.Method))
            await Output.WriteAsync(bytes).ConfigureAwait(false);
    }

    public RequestLogEntry ToLogEntry(TimeSpan duration) => new()
    {
        Time = time,
        Client = Client.IsIPv4MappedToIPv6 ? Client.MapToIPv4().ToString() : Client.ToString(),
        User = User,
        Method = Request.Method,
        Path = Path,
        Repository = Repository,
        Verb = Verb,
        Status = Response.StatusCode,
        BytesIn = Input.Bytes,
        BytesOut = Output.Bytes,
        Duration = duration,
        Error = Error,
    };

    // The proxy adds the address that it saw at the end; what stands before was said by strangers.
    private static IPAddress FindClient(HttpContext context, HttpServerOptions options)
    {
        IPAddress peer = context.Connection.RemoteIpAddress ?? IPAddress.None;
        string[] hops = options.IsTrustedProxy(peer) ? string.Join(',', context.Request.Headers["X-Forwarded-For"].ToArray())
            .Split(',', StringSplitOptions.TrimEntries) : [];
        for (int i = hops.Length - 1; i >= 0 && options.IsTrustedProxy(peer) && IPAddress.TryParse(hops[i], out IPAddress? hop); i--)
            peer = hop;
        return peer;
    }

    public static string? FindToken(HttpRequest request)
    {
        string? value = request.Headers.Authorization;
        return value is not null && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : null;
    }
}
