using Mig.Core;

namespace Mig.History.Images;

/// <summary>A disk of a machine.</summary>
/// <param name="Name">The name it was committed under; unique within the image.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Scheme">Its partition table: <c>mbr</c>, <c>gpt</c>, <c>none</c>.</param>
/// <param name="SectorSize">512 or 4096.</param>
/// <param name="Layout">The block view; null when the disk is all zeros.</param>
/// <param name="Volumes">Ascending by number.</param>
public sealed record ImageDisk(
    string Name, long Length, string Scheme, int SectorSize, LayoutId? Layout, IReadOnlyList<ImageVolume> Volumes);
