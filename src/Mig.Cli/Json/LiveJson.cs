using Mig.Versions.Working.Live;

namespace Mig.Cli.Json;

/// <summary>How a running system differs from a version.</summary>
internal sealed record LiveJson(
    string Image,
    bool Differs,
    long Compared,
    long HashedBytes,
    IReadOnlyList<LiveChangeJson> Changes,
    IReadOnlyList<PackageChangeJson> Packages,
    IReadOnlyList<LiveHiddenJson> NotCompared,
    IReadOnlyList<string> Problems)
{
    public static LiveJson Of(LiveStatus status) => new(
        status.Version.ToString(),
        status.Changes.Count > 0,
        status.Compared,
        status.HashedBytes,
        [.. status.Changes.Select(change => new LiveChangeJson(
            change.Kind.ToString().ToLowerInvariant(), change.Path, change.Details.Length > 0 ? change.Details : null))],
        [.. status.Packages.Select(PackageChangeJson.Of)],
        [.. status.NotCompared.Select(item => new LiveHiddenJson(item.Path, item.Reason))],
        status.Problems);
}
