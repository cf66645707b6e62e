using Mig.Core;
using Mig.Exchange.Remotes.Credentials;
using Mig.Exchange.Serving;
using Mig.History.Configuration;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Exchange.Remotes;

/// <summary>Connects to remotes as the configuration and the environment say: which ssh, which command there, which token.</summary>
public sealed class RemoteAccess(Repository? repository, RepositoryContext context)
{
    // One connection over a long way is slower than the line; on this machine there is nothing to gain.
    private const int MaxRequests = 4;

    private const int MaxSeconds = 24 * 60 * 60;

    private readonly Config _config = repository?.Config ?? Config.Load(null, context.Environment, context.ConfigOverrides);

    /// <summary>Connects.</summary>
    /// <param name="name">The remote's name, for its settings; null when it has none.</param>
    /// <param name="isNamed">Whether the command is about this server alone, so that a token which names no server is meant for it.</param>
    /// <exception cref="RemoteException">It cannot be reached, refuses, or is no repository.</exception>
    public RemoteRepository Open(string? name, RemoteAddress address, bool isNamed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return RemoteRepository.Open(address, OptionsFor(name, address, isNamed), cancellation);
    }

    /// <summary>Gets ready to fetch contents alone; connects when the first are asked for.</summary>
    internal RemoteRepository OpenForContent(string name, RemoteAddress address) =>
        RemoteRepository.OpenForContent(address, OptionsFor(name, address, isNamed: false));

    internal RemoteOptions OptionsFor(string? name, RemoteAddress address, bool isNamed)
    {
        var options = new RemoteOptions
        {
            ServeFolder = folder => ServedRepository.Open(folder, context),
            Patience = new Patience(
                TimeSpan.FromSeconds(_config.GetInteger(
                    "http.lowspeedtime", (long)Patience.Default.Time.TotalSeconds, least: 0, most: MaxSeconds)),
                _config.GetInteger("http.lowspeedlimit", Patience.Default.BytesPerSecond, least: 0, most: int.MaxValue)),
            ConnectTimeout = TimeSpan.FromSeconds(_config.GetInteger(
                "http.connecttimeout", (long)RemoteOptions.DefaultConnectTimeout.TotalSeconds, least: 0, most: MaxSeconds)),
            Retries = RetryPolicy.Default with
            {
                Most =
                (int)_config.GetInteger("http.maxretries", RetryPolicy.Default.Most, least: 0, most: 1000),
                Notice = context.Notice
            },
            ServeAdvice = AdviseServe(name),
            MaxRefs = (int)_config.GetInteger("transfer.maxrefs", RemoteOptions.DefaultMaxRefs, least: 1, most: int.MaxValue),
        };
        if (Setting(name, "serve") is { } serve)
            options = options with { ServeCommand = serve };
        if ((Filled(context.Environment("MIG_SSH")) ?? Filled(_config.Get("core.sshcommand"))) is { } ssh)
            options = options with { SshCommand = ssh };
        if (address.Kind != RemoteKind.Http)
            return options;

        Uri url = new UriBuilder(address.IsSecure ? "https" : "http", address.Host, address.Port ?? -1,
            address.Path)
        { UserName = Uri.EscapeDataString(address.User ?? "") }.Uri;
        var credentials = new HttpCredentials(
            url, _config, context, context.IsInteractive)
        { FromAddress = address.Password, IsNamed = isNamed };
        return options with
        {
            Token = credentials.Get,
            TokenAccepted = credentials.Accepted,
            MaxRequests = (int)_config.GetInteger(
                "http.maxrequests", url.IsLoopback ? 1 : MaxRequests, least: 1, most: RemoteOptions.MostRequests),
            Http = HttpOf(_config.Get("http.version")),
            Proxy = Setting(name, "proxy", orEmpty: true) ?? UrlSettings.Find(_config, "http", "proxy", url, orGeneral: true)?.Value,
            AuthorityFile = Filled(UrlSettings.Find(_config, "http", "sslCAInfo", url, orGeneral: true)?.Value),
        };
    }

    // Git's names.
    private static HttpChoice HttpOf(string? version) => version switch
    {
        null or "" or "HTTP/1.1" => HttpChoice.Http1,
        "HTTP/2" => HttpChoice.Http2,
        _ => throw new UsageException($"http.version is '{version}'; HTTP/1.1 and HTTP/2 are known"),
    };

    // A clone has no configuration of its own before it is made.
    private string AdviseServe(string? name) => name is null
        ? "make a remote of it with 'mig remote add NAME ADDRESS', and name mig there with 'mig config remote.NAME.serve /path/to/mig'"
        : repository is null
            ? $"name it with 'mig -c remote.{name}.serve=/path/to/mig clone …'"
            : $"name it with 'mig config remote.{name}.serve /path/to/mig'";

    private string? Setting(string? name, string key, bool orEmpty = false)
    {
        string? value = name is null ? null : _config.Get($"remote.{name}.{key}");
        return orEmpty ? value : Filled(value);
    }

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
