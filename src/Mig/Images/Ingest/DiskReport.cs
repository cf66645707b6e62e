namespace Mig.Images.Ingest;

/// <summary>What a commit found on a disk.</summary>
/// <param name="Name">The name in the image.</param>
/// <param name="Format">The container it came in.</param>
/// <param name="Length">Bytes of the disk.</param>
/// <param name="StoredBytes">Bytes that may be non-zero, as the container says.</param>
/// <param name="Scheme">Its partition table.</param>
/// <param name="DeletedBytes">Bytes that are kept although their file system holds them to be free.</param>
/// <param name="DiscardedBytes">Bytes that were left out because their file system holds them to be free.</param>
/// <param name="TrustedBytes">Bytes that a quick commit took from the version before without reading them.</param>
/// <param name="Volumes">What was found on each volume.</param>
/// <param name="Warnings">What was wrong and how it was got around.</param>
public sealed record DiskReport(
    string Name,
    string Format,
    long Length,
    long StoredBytes,
    string Scheme,
    long DeletedBytes,
    long DiscardedBytes,
    long TrustedBytes,
    IReadOnlyList<VolumeReport> Volumes,
    IReadOnlyList<string> Warnings)
{
    /// <summary>What its container has beyond the disk, which is not kept: a noun each.</summary>
    public IReadOnlyList<string> Extras { get; init; } = [];

    /// <summary>
    /// How the disk was not at rest while it was read, so that what was read may be half the old and half the new
    /// (<see cref="Versions.Commits.DiskProvenance"/>); empty when it was.
    /// </summary>
    public string Disturbance { get; init; } = "";
}
