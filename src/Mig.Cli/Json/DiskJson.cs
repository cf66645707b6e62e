using Mig.History.Commits;
using Mig.History.Images;
using Mig.Versions.Commits;

namespace Mig.Cli.Json;

/// <summary>A disk of an image.</summary>
/// <param name="Format">The container that it was committed from; null when that is not known.</param>
/// <param name="Extras">What that container had beyond the disk, which was not kept.</param>
internal sealed record DiskJson(string Name, long Length, string Scheme, int SectorSize, string? Layout, IReadOnlyList<VolumeJson> Volumes,
    string? Format, IReadOnlyList<string>? Extras)
{
    public static DiskJson Of(ImageDisk disk, Commit? commit) => new(
        disk.Name,
        disk.Length,
        disk.Scheme,
        disk.SectorSize,
        disk.Layout?.ToString(),
        [.. disk.Volumes.Select(VolumeJson.Of)],
        commit is null ? null : DiskProvenance.FindFormat(commit, disk.Name),
        commit is null ? null : DiskProvenance.FindExtras(commit, disk.Name));
}
