using System.Net;
using Mig.Core;
using Mig.History.Configuration;

namespace Mig.Exchange.Remotes.Credentials;

/// <summary>Finds the bearer token for one HTTP address. For one thread.</summary>
/// <remarks>
/// Asked in this order: what the address itself holds; <c>MIG_TOKEN</c>, when it is for this server; the setting
/// <c>http.&lt;url&gt;.token</c>, the best match as in Git; mig's <c>credential.helper</c>, or, when there is none,
/// <c>git credential</c> with all that Git is configured to do. Nobody is asked anything where there is no terminal. A token never goes
/// over plain HTTP to another machine unless <c>http.allowInsecureToken</c>, or <c>http.&lt;url&gt;.allowInsecureToken</c>, is true.
/// </remarks>
/// <param name="url">The address; a user in it is the one that helpers are asked for.</param>
/// <param name="isInteractive">Whether somebody can be asked.</param>
public sealed class HttpCredentials(Uri url, Config config, RepositoryContext context, bool isInteractive)
{
    /// <summary>The variable that goes before every setting.</summary>
    public const string Variable = "MIG_TOKEN";

    /// <summary>
    /// The variable that says which servers <see cref="Variable"/> is for: addresses with spaces between them, matched as those in settings
    /// are.
    /// </summary>
    public const string ServersVariable = "MIG_TOKEN_FOR";

    private const string Section = "http";
    private const string HelperSection = "credential";
    private const string InsecureSetting = "allowInsecureToken";

    private Credential? _fromHelper;
    private bool _wasSent;

    /// <summary>Whether the command is about this server alone. Without <c>MIG_TOKEN_FOR</c>, <c>MIG_TOKEN</c> goes nowhere else.</summary>
    public bool IsNamed { get; init; }

    /// <summary>The password in the address; null when there is none.</summary>
    public string? FromAddress { get; init; }

    /// <summary>Runs helpers.</summary>
    internal CredentialHelper Runner { get; init; } = new(isInteractive);

    /// <summary>Returns the token to send; the form is that of <see cref="Transfer.RemoteOptions.Token"/>.</summary>
    /// <param name="wasRefused">Whether the server has refused the last one, or asked for one where none was sent. Helpers are asked only
    /// then: most servers that can be read by everybody never need them.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="UsageException">The server wants a token, and it would have to be sent so that others can read it.</exception>
    public string? Get(bool wasRefused)
    {
        string? given = Filled(FromAddress) ?? FromEnvironment() ?? FromSettings();
        if (!IsPrivate())
        {
            // A command may have a token for another server than this one.
            if (!wasRefused)
                return null;
            throw new UsageException(
                $"{Name()} wants a token, which is not sent over plain http, where everybody on the way can read it; use https, or run "
                + $"'mig config {Section}.{Name()}.{InsecureSetting} true'");
        }

        // What was given for this server and is refused is not replaced by a guess.
        if (given is not null)
        {
            if (wasRefused && _wasSent)
                return null;
            _wasSent = true;
            return given;
        }

        if (!wasRefused)
            return null;
        if (_fromHelper is not null)
        {
            Tell("erase", "reject");
            _fromHelper = null;
            if (!isInteractive)
                return null;
        }

        string? asked = AskHelpers();
        if (asked is null && Filled(context.Environment(Variable)) is not null)
        {
            string reason = Filled(context.Environment(ServersVariable)) is { } servers
                ? $"it is for {servers}"
                : "the command is not about this server alone";
            context.Notice($"{Variable} is not sent to {Name()}: {reason}; {ServersVariable}={Name()} says that it is for this one");
        }

        return asked;
    }

    /// <summary>Tells the helpers that the server took the token, so that they keep it.</summary>
    public void Accepted()
    {
        if (_fromHelper is not null)
            Tell("store", "approve");
    }

    private IReadOnlyList<string> Helpers => UrlSettings.FindAll(config, HelperSection, "helper", url);

    private string? FromEnvironment() => Filled(context.Environment(Variable)) is { } token && IsForThisServer() ? token : null;

    private bool IsForThisServer()
    {
        if (Filled(context.Environment(ServersVariable)) is not { } servers)
            return IsNamed;
        bool isForThis = false;
        foreach (string server in servers.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!server.Contains("://", StringComparison.Ordinal))
                throw new UsageException(
                    $"{ServersVariable} holds '{server}', which is not the address of a server; https://images.example is one");
            isForThis |= UrlPattern.Match(server, url) is not null;
        }

        return isForThis;
    }

    private string? FromSettings()
    {
        ConfigEntry? entry = UrlSettings.Find(config, Section, "token", url, orGeneral: false);
        if (Filled(entry?.Value) is not { } token)
            return null;
        if (!_wasSent && entry is { Scope: not ConfigScope.Command } && ConfigFile.IsOpenToOthers(entry.Source))
            context.Notice($"warning: other users can read the token in {entry.Source}; 'chmod go= {entry.Source}' keeps it from them");
        return token;
    }

    private string? AskHelpers()
    {
        bool withPath = UrlSettings.Find(config, HelperSection, "useHttpPath", url, orGeneral: true) is { } entry
            && ConfigValue.TryParseBoolean(entry.Value, out bool value) && value;
        string? user = Filled(Uri.UnescapeDataString(url.UserInfo.Split(':')[0]))
            ?? UrlSettings.Find(config, HelperSection, "username", url, orGeneral: true)?.Value;
        var wanted = Credential.For(url, user, withPath);
        if (Helpers.Count == 0)
        {
            wanted.Read(Runner.RunGit("fill", wanted));
        }
        else
        {
            foreach (string helper in Helpers)
            {
                if (wanted.Read(Runner.Run(helper, "get", wanted)) || wanted.Token is not null)
                    break;
            }
        }

        if (Filled(wanted.Token) is null)
            return null;
        _fromHelper = wanted;
        return wanted.Token;
    }

    private void Tell(string toHelper, string toGit)
    {
        if (Helpers.Count == 0)
            Runner.RunGit(toGit, _fromHelper!);
        foreach (string helper in Helpers)
            Runner.Run(helper, toHelper, _fromHelper!);
    }

    private bool IsPrivate()
    {
        if (url.Scheme == Uri.UriSchemeHttps || IsLoopback(url.IdnHost.Trim('[', ']')))
            return true;
        ConfigEntry? entry = UrlSettings.Find(config, Section, InsecureSetting, url, orGeneral: true);
        return entry is not null && ConfigValue.TryParseBoolean(entry.Value, out bool isAllowed) && isAllowed;
    }

    private static bool IsLoopback(string host) => IPAddress.TryParse(host, out IPAddress? address) ? IPAddress.IsLoopback(address)
        : host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private string Name() => url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
