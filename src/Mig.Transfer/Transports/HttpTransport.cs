using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mig.Core;
using Mig.Transfer.Addresses;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Transports;

/// <summary>
/// Calls over HTTP: each is one POST to the repository's address, with the request as its body and the answer as the response's.
/// </summary>
internal sealed class HttpTransport : ITransport
{
    public const string MediaType = "application/x-mig";

    /// <summary>What follows the repository's own path.</summary>
    public const string Endpoint = "/mig/v1";

    private const int MaxErrorText = 4096;
    private const int MaxAttempts = 5;

    // What a server asks us to wait.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    // Shorter than that of servers, so that no request goes into a connection that is just being closed.
    private static readonly TimeSpan IdlePatience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _client;
    private readonly Uri _uri;
    private readonly RemoteOptions _options;
    private readonly HttpProxy _proxy;
    private string? _bearer;
    private bool _isTokenAsked;
    private bool _isAccepted;
    private long _wireBytes;

    public HttpTransport(RemoteAddress address, RemoteOptions options)
    {
        Peer = address.Host;
        _options = options;
        _uri = new UriBuilder(address.IsSecure ? "https" : "http", address.Host, address.Port ?? -1, address.Path.TrimEnd('/')
            + Endpoint).Uri;
        _proxy = HttpProxy.Find(options.Proxy, _uri);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a token goes where the user said, nowhere else
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = _proxy.Address is not null,
            Proxy = _proxy.ToWebProxy(),
            ConnectTimeout = options.ConnectTimeout > TimeSpan.Zero ? options.ConnectTimeout : Timeout.InfiniteTimeSpan,
            ConnectCallback = ConnectAsync,
            PooledConnectionIdleTimeout = IdlePatience,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = options.AuthorityFile is { } file ? Trust(file)
                : null
            },
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public string Peer { get; }

    public bool HasAnswered { get; private set; }

    public RetryPolicy Retries => _options.Retries;

    public int MaxStreams => _options.MaxRequests;

    public long WireBytes => Interlocked.Read(ref _wireBytes);

    public T Call<T>(RequestMessage request, Action<MessageWriter> write, Func<MessageReader, T> read, CancellationToken cancellation)
    {
        if (!_isTokenAsked)
        {
            _isTokenAsked = true;
            _bearer = _options.Token(false);
        }

        for (int attempt = 1; ; attempt++)
        {
            bool hasAnswer = false;
            using var watch = new CallWatch(_options.Patience, TimeProvider.System, cancellation);
            using var content = new CallContent(request, write, watch);
            using HttpRequestMessage message = MakeMessage(content);
            try
            {
                watch.BeginWait();
                using HttpResponseMessage response = Send(message, watch.Token);
                watch.EndWait();
                hasAnswer = HasAnswered = true;
                Interlocked.Add(ref _wireBytes, content.Bytes);
                if (response.StatusCode == HttpStatusCode.Unauthorized && attempt < MaxAttempts && FindOtherToken())
                    continue;
                if (response.StatusCode == HttpStatusCode.TooManyRequests && attempt < MaxAttempts
                    && response.Headers.RetryAfter?.Delta is { } wait && wait <= MaxWait)
                {
                    cancellation.WaitHandle.WaitOne(wait);
                    cancellation.ThrowIfCancellationRequested();
                    continue;
                }

                using Stream body = new WatchedStream(response.Content.ReadAsStream(watch.Token)) { Watch = watch };
                if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != MediaType)
                    throw Refused(response, body);
                if (!_isAccepted && _bearer is not null)
                    _options.TokenAccepted();
                _isAccepted = true;
                var reader = new MessageReader(new BufferedStream(body, 1 << 16), Peer);
                try
                {
                    return read(reader);
                }
                finally
                {
                    Interlocked.Add(ref _wireBytes, reader.Bytes);
                }
            }
            catch (Exception e) when (e is HttpRequestException or LineException or OperationCanceledException or SocketException)
            {
                cancellation.ThrowIfCancellationRequested();
                content.Failure?.Throw();
                if (watch.IsTooSlow)
                    throw watch.TooSlow(Peer);
                if (!hasAnswer && attempt < MaxAttempts && !Verbs.ChangesThings(request.Verb) && IsClosed(e))
                    continue;
                throw Failed(e);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage MakeMessage(CallContent content)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, _uri) { Content = content };
        if (_options.Http == HttpChoice.Http2)
        {
            message.Version = HttpVersion.Version20;
            message.VersionPolicy = _uri.Scheme == Uri.UriSchemeHttps ? HttpVersionPolicy.RequestVersionOrLower
                : HttpVersionPolicy.RequestVersionExact;
        }

        if (_bearer is not null)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _bearer);
        return message;
    }

    // .NET has HTTP/2 for asynchronous calls alone.
    private HttpResponseMessage Send(HttpRequestMessage message, CancellationToken cancellation) => _options.Http == HttpChoice.Http2
        ? _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation).GetAwaiter().GetResult()
        : _client.Send(message, HttpCompletionOption.ResponseHeadersRead, cancellation);

    // A name that nobody resolves must not keep a signal waiting.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        DnsEndPoint to = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(to.Host, out IPAddress? address)
            ? [address]
            : await Dns.GetHostAddressesAsync(to.Host, CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private RemoteException Failed(Exception e)
    {
        if (Find<AuthenticationException>(e) is { } untrusted)
            return new RemoteException("REMOTE-004",
                $"there is no safe connection to {Peer}: {untrusted.Message.TrimEnd('.')}; if its certificate is from an authority of "
                + $"your own, name that with 'mig config --global http.{_uri.GetLeftPart(UriPartial.Authority)}.sslCAInfo FILE'", e);
        bool isLate = Find<TimeoutException>(e) is not null;
        string reason = isLate ? $"nobody answered within {_options.ConnectTimeout.TotalSeconds:0} s (http.connectTimeout)" : Reason(e);
        if (!isLate && Find<HttpRequestException>(e) is not
            {
                HttpRequestError: HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError
            })
            return new RemoteException(RemoteCodes.Broken, $"the connection to {Peer} failed: {reason}; try again", e);
        return new RemoteException(
            RemoteCodes.NoConnection,
            _proxy.Address is null
                ? $"{Peer} cannot be reached: {reason}; look whether the address is right and the server runs"
                : $"{Peer} cannot be reached through {_proxy}: {reason}; look whether the proxy runs, or leave it out with '-c "
                    + "http.proxy='",
            e);
    }

    // As Git: only these authorities count.
    private static X509ChainPolicy Trust(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw new UsageException($"the authorities in {file} (http.sslCAInfo) cannot be read: {e.Message}");
        }

        return policy.CustomTrustStore.Count > 0 ? policy
            : throw new UsageException($"there is no certificate in {file} (http.sslCAInfo); a PEM file is needed");
    }

    private static T? Find<T>(Exception? e)
        where T : Exception
    {
        while (e is not null and not T)
            e = e.InnerException;
        return (T?)e;
    }

    private bool FindOtherToken()
    {
        string? token = _options.Token(true);
        bool isNew = token is not null && token != _bearer;
        _bearer = token ?? _bearer;
        return isNew;
    }

    private RemoteException Refused(HttpResponseMessage response, Stream body)
    {
        byte[] buffer = new byte[MaxErrorText];
        int length = body.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        string text = response.Content.Headers.ContentType?.MediaType == "text/plain"
            ? System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim() : "";
        string what = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized =>
                $"it wants a token: set MIG_TOKEN, or 'mig config --global http.{_uri.GetLeftPart(UriPartial.Authority)}.token TOKEN'",
            HttpStatusCode.Forbidden => "the token does not give the right to do that",
            HttpStatusCode.NotFound => "there is no such repository",
            HttpStatusCode.TooManyRequests => "too many requests; try again later",
            HttpStatusCode.RequestEntityTooLarge =>
                "the request is too large for it, or for a proxy before it ('client_max_body_size' of nginx, --max-body-size of mig serve)",
            HttpStatusCode.ProxyAuthenticationRequired =>
                $"{_proxy} wants a name and a password: http.proxy=http://NAME:PASSWORD@HOST:PORT",
            HttpStatusCode.OK => "it answers, but not as a mig server does",
            _ => $"it answers {(int)response.StatusCode} {response.ReasonPhrase}",
        };
        string code = response.StatusCode switch
        {
            HttpStatusCode.RequestEntityTooLarge => RemoteCodes.TooLarge,

            // A proxy whose server is just being restarted.
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
                or HttpStatusCode.RequestTimeout => RemoteCodes.Broken,
            _ => "REMOTE-002",
        };
        return new RemoteException(code,
            $"{_uri.GetLeftPart(UriPartial.Path).Replace(Endpoint, "", StringComparison.Ordinal)}: {what}{Explain(text, what)}");
    }

    // A server closes connections to make room for others, also just when the next request is on its way; .NET asks a new connection for
    // its address, and says by a bare SocketException that it is closed already.
    private static bool IsClosed(Exception e) => e is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
        || Find<SocketException>(e) is { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown or SocketError.NotConnected };

    // One line goes behind what it means, several stand below it.
    private static string Explain(string text, string what)
    {
        string quoted = RemoteText.Quote(text);
        return quoted.Length == 0 || quoted == what ? "" : quoted[0] == '\n' ? quoted : $" ({quoted})";
    }

    private static string Reason(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message.TrimEnd('.');
    }
}
