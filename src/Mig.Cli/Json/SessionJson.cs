using Mig.Images.Sessions;

namespace Mig.Cli.Json;

/// <summary>A session.</summary>
/// <param name="Base">The version that it stands on.</param>
/// <param name="Branch">Where its commits go; null for none.</param>
/// <param name="Created">When it began.</param>
/// <param name="Expires">When 'mig gc' may end it; null for never.</param>
/// <param name="DirtyBytes">Bytes that were written and made durable.</param>
/// <param name="Holder">Who works with it; null for nobody.</param>
internal sealed record SessionJson(string Name, string Base, string? Branch, DateTimeOffset Created, DateTimeOffset? Expires,
    long DirtyBytes, string? Holder, IReadOnlyList<SessionDiskInfo> Disks)
{
    public static SessionJson Of(SessionInfo info) => new(
        info.Name, info.Base.ToString(), info.Branch?.ShortName, info.Created, info.Expires, info.DirtyBytes, info.Holder, info.Disks);
}
