using Mig.Versions.Compare;
using Mig.Versions.Working;

namespace Mig.Cli.Json;

/// <summary>Where a repository stands, and how disks differ from a version. What is about disks is there when one was compared.</summary>
/// <param name="NotRead">Bytes that were trusted to be as they were.</param>
internal sealed record StatusJson(
    string? Branch,
    string? Commit,
    string? Upstream,
    int? Ahead,
    int? Behind,
    IReadOnlyList<string>? Disks,
    string? Before,
    string? After,
    bool? Differs,
    long? NotRead,
    ChangeCounts? Counts,
    IReadOnlyList<ChangeJson>? Changes,
    IReadOnlyList<RegionJson>? Regions)
{
    public static StatusJson Of(DiskStatus status) => new(
        status.Head.Branch?.Value,
        status.Head.Id?.ToString(),
        (status.Upstream?.Tracking ?? status.Upstream?.Merge)?.Value,
        status.Apart?.Ahead,
        status.Apart?.Behind,
        status.Sides?.DisksAfter?.Paths,
        status.Sides?.Before.ToString(),
        status.Sides?.After.ToString(),
        status.Sides is null ? null : status.Differs,
        status.Sides is null ? null : status.TrustedBytes,
        status.Files is null ? null : ChangeCounts.Of(status.Files.Volumes.SelectMany(volume => volume.Changes)),
        status.Files is null ? null : [
            .. status.Files.Volumes.SelectMany(volume => volume.Changes.Select(change => ChangeJson.Of(volume, change)))],
        status.Sides is null ? null : [.. status.Disks.SelectMany(disk => disk.Regions.Select(region => RegionJson.Of(disk, region)))]);
}
