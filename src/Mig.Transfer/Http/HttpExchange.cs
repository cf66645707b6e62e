using System.Net;
using Microsoft.AspNetCore.Http;

namespace Mig.Transfer.Http;

/// <summary>One request, its answer, and what the log shall say of them.</summary>
internal sealed class HttpExchange(HttpContext context, long maxBodySize, DateTimeOffset time)
{
    private const string Scheme = "Bearer ";

    public HttpContext Context => context;

    public HttpRequest Request => context.Request;

    public HttpResponse Response => context.Response;

    public CountingStream Input { get; } = new(context.Request.Body, maxBodySize);

    public CountingStream Output { get; } = new(context.Response.Body, 0);

    public IPAddress Client { get; } = context.Connection.RemoteIpAddress ?? IPAddress.None;

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
    public bool IsLocal => IPAddress.IsLoopback(Client) && !Request.Headers.ContainsKey("X-Forwarded-For") && !Request.Headers.ContainsKey("Forwarded");

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

    private static string? FindToken(HttpRequest request)
    {
        string? value = request.Headers.Authorization;
        return value is not null && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : null;
    }
}
