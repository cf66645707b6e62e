using Mig.History.Images;

namespace Mig.Cli.Json;

/// <summary>A disk of an image.</summary>
internal sealed record DiskJson(string Name, long Length, string Scheme, int SectorSize, string? Layout, IReadOnlyList<VolumeJson> Volumes)
{
    public static DiskJson Of(ImageDisk disk) =>
        new(disk.Name, disk.Length, disk.Scheme, disk.SectorSize, disk.Layout?.ToString(), [.. disk.Volumes.Select(VolumeJson.Of)]);
}
