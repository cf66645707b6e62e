using System.CommandLine;
using System.Net;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Core.Host;
using Mig.Exchange.Serving;
using Mig.History.Configuration;

namespace Mig.Cli.Verbs;

internal sealed class ServeVerb : Verb
{
    public const string Summary = "Serves repositories over HTTP or for ssh, and disks over NBD";

    private readonly Option<bool> _stdio =
        new("--stdio") { Description = "Serves one repository on standard input and output, as ssh runs it" };
    private readonly Option<string> _listen = new("--listen") { HelpName = "ADDRESS:PORT", Description = "Serves over HTTP" };
    private readonly Option<string> _nbd =
        new("--nbd") { HelpName = "PLACE", Description = "Serves disks over NBD: unix:PATH, tcp:ADDRESS:PORT" };
    private readonly Option<string[]> _writable =
        new("--writable") { HelpName = "NAME", Description = "A session whose disks can be written; begins on revision NAME if it is new" };
    private readonly Option<string> _cache =
        new("--cache") { HelpName = "SIZE", Description = "Memory for decompressed contents, for NBD; 256m unless given" };
    private readonly Option<string> _certificate =
        new("--tls-cert") { HelpName = "FILE", Description = "The server's certificate and its chain, PEM: HTTPS instead of HTTP" };
    private readonly Option<string> _key = new("--tls-key") { HelpName = "FILE", Description = "The certificate's private key, PEM" };
    private readonly Option<bool> _http2 =
        new("--http2") { Description = "Speaks HTTP/2 alone, by prior knowledge (h2c); with TLS both are spoken" };
    private readonly Option<string> _auth =
        new("--auth") { HelpName = "FILE", Description = "Tokens, and what each of them allows (mig help token)" };
    private readonly Option<bool> _insecure =
        new("--insecure") { Description = "Allows everybody who can reach the address to read and write" };
    private readonly Option<string> _maxBody =
        new("--max-body") { HelpName = "SIZE", Description = "Most bytes of one request, such as 20g; no limit unless given" };
    private readonly Option<int> _maxRate = new("--max-rate")
    {
        HelpName = "N", DefaultValueFactory = _ =>
        100, Description = "Requests a second of one client, ten times as many at once; 0 for any number"
    };
    private readonly Option<int> _maxConnections = new("--max-connections")
    {
        HelpName = "N", DefaultValueFactory = _ =>
        512, Description = "Connections at once; of more, one without work is closed"
    };
    private readonly Option<int> _maxConnectionsPerClient =
        new("--max-connections-per-client") { HelpName = "N", DefaultValueFactory = _ => 64, Description = "Those of one client" };
    private readonly Option<int> _maxRequests =
        new("--max-requests") { HelpName = "N", DefaultValueFactory = _ => 32, Description = "Requests worked on at once; others wait" };
    private readonly Option<int> _maxRequestsPerClient = new("--max-requests-per-client")
    {
        HelpName = "N", DefaultValueFactory = _ =>
        16, Description = "Those of one client, or of one token"
    };
    private readonly Option<int> _minRate = new("--min-rate")
    {
        HelpName = "BYTES", DefaultValueFactory = _ =>
        1024, Description = "Bytes a second; who is slower for 20 seconds is cut. 0 for none"
    };
    private readonly Option<string[]> _proxies =
        new("--trusted-proxy") { HelpName = "ADDRESS", Description = "A proxy of yours, which says in X-Forwarded-For who the client is" };
    private readonly Argument<string> _folder = new("DIR") { Arity = ArgumentArity.ZeroOrOne };

    public ServeVerb()
        : base("serve", Summary)
    {
        Add(_stdio, _listen, _nbd, _writable, _cache, _certificate, _key, _http2, _auth, _insecure, _maxBody, _maxRate, _maxConnections,
            _maxConnectionsPerClient, _maxRequests, _maxRequestsPerClient, _minRate, _proxies);
        Add(_folder);
    }

    public override IReadOnlyList<string> Usage =>
        ["serve [--listen ADDRESS:PORT] [--nbd PLACE [--writable NAME]... [--cache SIZE]] [--tls-cert FILE --tls-key FILE] [--auth FILE] "
            + "[--insecure] "
        + "[--max-...] [--trusted-proxy ADDRESS]... [DIR]", "serve --stdio DIR"];

    public override string Description =>
        "DIR is a repository, or a folder of repositories: then http://ADDRESS:PORT/NAME is the repository DIR/NAME. Without\n"
        + "DIR, the current repository is served. Each request is a line on standard error. /healthz says whether the server\n"
        + "runs, /metrics has its figures (Prometheus). On SIGTERM or Ctrl-C it lets the requests under way end, and stops.\n"
        + "With --nbd, the disks of all versions are block devices for QEMU, libnbd and the kernel, read-only, at once: the name\n"
        + "of one is [TOKEN@][REPOSITORY/]REVISION[:disk2].";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig serve --listen 127.0.0.1:8320", "serves this repository to this machine"),
        ("mig serve --listen 127.0.0.1:8320 /srv/images", "serves every repository in /srv/images"),
        ("mig serve --nbd unix:/run/mig.sock", "serves disks to this machine: nbdcopy 'nbd+unix:///main?socket=/run/mig.sock' main.raw"),
        ("mig serve --listen 0.0.0.0:8320 --auth tokens --tls-cert cert.pem --tls-key key.pem /srv/images",
            "serves them to other machines, with tokens and TLS"),
    ];

    public override CompletionKind Completes => CompletionKind.Files;

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_stdio))
        {
            string folder = arguments.GetValue(_folder) ?? throw new UsageException("mig serve --stdio needs the folder of a repository");
            ServedRepository.Run(HostHome.Expand(folder), session.Context, session.OpenInput(), session.OpenOutput());
            return ExitCode.Success;
        }

        string? listen = arguments.GetValue(_listen), nbd = arguments.GetValue(_nbd);
        if (listen is null && nbd is null)
            throw new UsageException("say where with --listen ADDRESS:PORT, --nbd PLACE, or --stdio");
        var options = new ServerOptions
        {
            Listen = listen is null ? null : ParseEndpoint(listen),
            Nbd = nbd,
            Writable = arguments.GetValue(_writable) ?? [],
            CacheSize = arguments.GetValue(_cache) is { } cache ? ParseSize(cache) : ServerOptions.DefaultCacheSize,
            Root = arguments.GetValue(_folder) ?? session.Repository.Folder,
            Tls = (arguments.GetValue(_certificate), arguments.GetValue(_key)) switch
            {
                ({ } certificate, { } key) => (certificate, key),
                (null, null) => null,
                _ => throw new UsageException("--tls-cert and --tls-key go together"),
            },
            IsHttp2 = arguments.GetValue(_http2),
            AccessFile = arguments.GetValue(_auth),
            IsInsecure = arguments.GetValue(_insecure),
            MaxBodySize = arguments.GetValue(_maxBody) is { } size ? ParseSize(size) : 0,
            MaxRate = CheckPositive("--max-rate", arguments.GetValue(_maxRate), 0),
            MaxConnections = CheckPositive("--max-connections", arguments.GetValue(_maxConnections), 1),
            MaxConnectionsPerClient = CheckPositive("--max-connections-per-client", arguments.GetValue(_maxConnectionsPerClient), 1),
            MaxRequests = CheckPositive("--max-requests", arguments.GetValue(_maxRequests), 1),
            MaxRequestsPerClient = CheckPositive("--max-requests-per-client", arguments.GetValue(_maxRequestsPerClient), 1),
            MinRate = CheckPositive("--min-rate", arguments.GetValue(_minRate), 0),
            TrustedProxies = [.. (arguments.GetValue(_proxies) ?? []).Select(ParseAddress)],
            Log = session.Say,
            Warn = session.Warn,
        };
        RunAsync(options, session).GetAwaiter().GetResult();
        return ExitCode.Success;
    }

    private static async Task RunAsync(ServerOptions options, Session session)
    {
        CancellationToken stop = session.Cancellation;
        await using RepositoryServer server = await RepositoryServer.StartAsync(options, session.Context, stop).ConfigureAwait(false);
        if (server.Address is { } http)
            session.Say($"listening on {http}");
        if (server.NbdAddress is { } nbd)
            session.Say($"listening on {nbd}");
        await server.RunAsync(stop).ConfigureAwait(false);
    }

    private static IPEndPoint ParseEndpoint(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? endpoint) && text.Contains(':', StringComparison.Ordinal)
            ? endpoint
            : throw new UsageException($"'{text}' is not an address to listen on; 127.0.0.1:8320 is one");

    private static IPAddress ParseAddress(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) ? address
            : throw new UsageException($"'{text}' is not an address of a proxy; 10.0.0.1 is one");

    private static long ParseSize(string text) =>
        ConfigValue.TryParseInteger(text, out long size) && size > 0 ? size
            : throw new UsageException($"'{text}' is not a size; 500m and 20g are some");

    private static int CheckPositive(string option, int value, int least) =>
        value >= least ? value : throw new UsageException($"{option} is at least {least}, not {value}");
}
