using Mig.Exchange.Remotes;
using Mig.Transfer.Addresses;

namespace Mig.Cli.Json;

/// <summary>A remote, its addresses without passwords.</summary>
internal sealed record RemoteJson(string Name, IReadOnlyList<string> Urls, IReadOnlyList<string> PushUrls, IReadOnlyList<string> Fetch)
{
    public static RemoteJson Of(Remote remote) => new(
        remote.Name!,
        [.. remote.Urls.Select(RemoteAddress.Redact)],
        [.. remote.PushUrls.Select(RemoteAddress.Redact)],
        [.. remote.Fetch.Select(refspec => refspec.Text)]);
}
