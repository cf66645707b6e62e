using Mig.Core;
using Mig.History.Configuration;
using Mig.Serving;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Remotes;

/// <summary>Connects to remotes as the configuration and the environment say: which ssh, which command there, which token.</summary>
public sealed class RemoteAccess(Repository? repository, RepositoryContext context)
{
    private readonly Config _config = repository?.Config ?? Config.Load(null, context.Environment, context.ConfigOverrides);

    /// <summary>Connects.</summary>
    /// <param name="name">The remote's name, for its settings; null when it has none.</param>
    /// <exception cref="RemoteException">It cannot be reached, refuses, or is no repository.</exception>
    public RemoteRepository Open(string? name, RemoteAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return RemoteRepository.Open(address, OptionsFor(name, address));
    }

    internal RemoteOptions OptionsFor(string? name, RemoteAddress address)
    {
        var options = new RemoteOptions { ServeFolder = folder => ServedRepository.Open(folder, context) };
        if (Setting(name, "serve") is { } serve)
            options = options with { ServeCommand = serve };
        if ((Filled(context.Environment("MIG_SSH")) ?? Filled(_config.Get("core.sshcommand"))) is { } ssh)
            options = options with { SshCommand = ssh };
        if (address.Kind != RemoteKind.Http)
            return options;

        // The most specific place goes first.
        string? token = address.Password ?? Filled(context.Environment("MIG_TOKEN")) ?? Setting(name, "token");
        if (token is not null)
            return options with { Token = wasRefused => wasRefused ? null : token };
        var credentials = new CredentialHelper(_config, address);
        return options with { Token = credentials.GetToken };
    }

    private string? Setting(string? name, string key) => name is null ? null : Filled(_config.Get($"remote.{name}.{key}"));

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
