using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using Mig.Core;
using Mig.Transfer.Addresses;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Transports;

/// <summary>Calls over HTTP: each is one POST to the repository's address, with the request as its body and the answer as the response's.</summary>
internal sealed class HttpTransport : ITransport
{
    public const string MediaType = "application/x-mig";

    /// <summary>What follows the repository's own path.</summary>
    public const string Endpoint = "/mig/v1";

    private const int MaxErrorText = 4096;

    private readonly HttpClient _client;
    private readonly Uri _uri;
    private readonly Func<bool, string?> _token;
    private string? _bearer;
    private bool _isTokenAsked;

    public HttpTransport(RemoteAddress address, RemoteOptions options)
    {
        Peer = address.Host;
        _token = options.Token;
        _uri = new UriBuilder(address.IsSecure ? "https" : "http", address.Host, address.Port ?? -1, address.Path.TrimEnd('/') + Endpoint).Uri;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a token goes where the user said, nowhere else
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            SslOptions = new SslClientAuthenticationOptions(),
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public string Peer { get; }

    public long WireBytes { get; private set; }

    public T Call<T>(RequestMessage request, Action<MessageWriter> write, Func<MessageReader, T> read, CancellationToken cancellation)
    {
        for (bool isRetry = false; ; isRetry = true)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, _uri) { Content = new CallContent(request, write) };
            if (_bearer is not null)
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _bearer);
            try
            {
                using HttpResponseMessage response = _client.Send(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
                WireBytes += ((CallContent)message.Content).Bytes;
                if (response.StatusCode == HttpStatusCode.Unauthorized && !isRetry && FindToken())
                    continue;
                using Stream body = response.Content.ReadAsStream(cancellation);
                if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != MediaType)
                    throw Refused(response, body);
                var reader = new MessageReader(new BufferedStream(body, 1 << 16), Peer);
                try
                {
                    return read(reader);
                }
                finally
                {
                    WireBytes += reader.Bytes;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
            {
                throw e.InnerException as MigException ?? new RemoteException("REMOTE-010", $"the connection to {Peer} failed: {Reason(e)}; what has arrived is kept, try again", e);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    // The token at hand first; when that was refused, another.
    private bool FindToken()
    {
        string? token = _token(_isTokenAsked);
        _isTokenAsked = true;
        bool isNew = token is not null && token != _bearer;
        _bearer = token ?? _bearer;
        return isNew;
    }

    private RemoteException Refused(HttpResponseMessage response, Stream body)
    {
        byte[] buffer = new byte[MaxErrorText];
        int length = body.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        string text = response.Content.Headers.ContentType?.MediaType == "text/plain" ? System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim() : "";
        string what = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => "it wants a token: set MIG_TOKEN, or 'mig config http.URL.token'",
            HttpStatusCode.Forbidden => "the token does not give the right to do that",
            HttpStatusCode.NotFound => "there is no such repository",
            HttpStatusCode.TooManyRequests => "too many requests; try again later",
            HttpStatusCode.OK => "it answers, but not as a mig server does",
            _ => $"it answers {(int)response.StatusCode} {response.ReasonPhrase}",
        };
        return new RemoteException("REMOTE-002", $"{_uri.GetLeftPart(UriPartial.Path).Replace(Endpoint, "", StringComparison.Ordinal)}: {what}{(text.Length > 0 ? $" ({text})" : "")}");
    }

    private static string Reason(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message.TrimEnd('.');
    }
}
