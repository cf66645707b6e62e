using System.CommandLine;
using System.Net;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Serving;
using Mig.Transfer.Access;
using Mig.Transfer.Http;
using Mig.Transfer.Serving;

namespace Mig.Cli.Verbs;

internal sealed class ServeVerb : Verb
{
    public const string Summary = "Serves repositories to others, over HTTP or for ssh";

    private readonly Option<bool> _stdio = new("--stdio") { Description = "Serves one repository on standard input and output, as ssh runs it" };
    private readonly Option<string> _listen = new("--listen") { HelpName = "ADDRESS:PORT", Description = "Serves over HTTP" };
    private readonly Option<string> _certificate = new("--tls-cert") { HelpName = "FILE", Description = "The server's certificate and its chain, PEM: HTTPS instead of HTTP" };
    private readonly Option<string> _key = new("--tls-key") { HelpName = "FILE", Description = "The certificate's private key, PEM" };
    private readonly Option<string> _auth = new("--auth") { HelpName = "FILE", Description = "Tokens, and what each of them allows (mig help token)" };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Allows everybody who can reach the address to read and write" };
    private readonly Argument<string> _folder = new("DIR") { Arity = ArgumentArity.ZeroOrOne };

    public ServeVerb()
        : base("serve", Summary)
    {
        Add(_stdio, _listen, _certificate, _key, _auth, _insecure);
        Add(_folder);
    }

    public override IReadOnlyList<string> Usage => ["serve --listen ADDRESS:PORT [--tls-cert FILE --tls-key FILE] [--auth FILE] [--insecure] [DIR]", "serve --stdio DIR"];

    public override string Description =>
        "DIR is a repository, or a folder of repositories: then http://ADDRESS:PORT/NAME is the one in DIR/NAME. It is the current repository unless given.\nThe server stops on SIGTERM or Ctrl-C, when the requests under way have ended.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig serve --listen 127.0.0.1:8320", "serves this repository to this machine"),
        ("mig serve --listen 127.0.0.1:8320 /srv/images", "serves every repository in /srv/images"),
        ("mig serve --listen 0.0.0.0:8320 --auth tokens --tls-cert cert.pem --tls-key key.pem /srv/images", "serves them to other machines, with tokens and TLS"),
    ];

    public override CompletionKind Completes => CompletionKind.Files;

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_stdio))
        {
            string folder = arguments.GetValue(_folder) ?? throw new UsageException("mig serve --stdio needs the folder of a repository");
            using RepositoryService service = ServedRepository.Open(folder, session.Context);
            service.Run(session.OpenInput(), session.OpenOutput());
            return ExitCode.Success;
        }

        IPEndPoint listen = ParseEndpoint(arguments.GetValue(_listen) ?? throw new UsageException("say where with --listen ADDRESS:PORT, or --stdio"));
        AccessFileWatcher? access = arguments.GetValue(_auth) is { } file ? new AccessFileWatcher(file, session.Context.Clock, session.Warn) : null;
        if (access is null && !IPAddress.IsLoopback(listen.Address) && !arguments.GetValue(_insecure))
            throw new UsageException($"{listen} can be reached from other machines, and nothing says who may do what; give an access file with --auth, listen on 127.0.0.1, or say --insecure");
        string root = arguments.GetValue(_folder) ?? session.Repository.Folder;
        (string, string)? tls = (arguments.GetValue(_certificate), arguments.GetValue(_key)) switch
        {
            ({ } certificate, { } key) => (certificate, key),
            (null, null) => null,
            _ => throw new UsageException("--tls-cert and --tls-key go together"),
        };
        using var host = new RepositoryHost(root, session.Context);
        var options = new HttpServerOptions
        {
            Listen = listen,
            Tls = tls,
            Authorize = call => Authorize(access, call, session.Context.Clock),
            Open = call => host.Find(call.Repository) is { } repository
                ? ServedRepository.Serve(repository, call.Repository, RightsOf(access, call, session.Context.Clock)!, access is null ? null : RightsOf(access, call, session.Context.Clock)!.Name, null)
                : null,
        };
        RunAsync(options, session).GetAwaiter().GetResult();
        return ExitCode.Success;
    }

    private static async Task RunAsync(HttpServerOptions options, Session session)
    {
        CancellationToken stop = session.Cancellation;
        await using HttpServer server = await HttpServer.StartAsync(options, stop).ConfigureAwait(false);
        session.Say($"listening on {server.Address}");
        try
        {
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await server.StopAsync().ConfigureAwait(false);
        }
    }

    private static AccessRights? RightsOf(AccessFileWatcher? access, HttpCall call, TimeProvider clock) =>
        access is null ? AccessRights.Unlimited : call.Token is null ? access.Current.Anonymous : access.Current.Authenticate(call.Token, clock.GetUtcNow());

    private static HttpVerdict Authorize(AccessFileWatcher? access, HttpCall call, TimeProvider clock) => RightsOf(access, call, clock) switch
    {
        null => HttpVerdict.Unauthorized,
        { } rights when rights.MayRead(call.Repository).IsAllowed => HttpVerdict.Allowed,
        _ => call.Token is null ? HttpVerdict.Unauthorized : HttpVerdict.Hidden,
    };

    private static IPEndPoint ParseEndpoint(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? endpoint) && text.Contains(':', StringComparison.Ordinal)
            ? endpoint
            : throw new UsageException($"'{text}' is no address to listen on; 127.0.0.1:8320 is one");
}
