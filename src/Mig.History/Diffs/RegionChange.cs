using Mig.Core;
using Mig.History.Images;

namespace Mig.History.Diffs;

/// <summary>What differs in one region of a disk, outside of files.</summary>
/// <param name="Region">What it is for.</param>
/// <param name="Volume">The volume that it is in; null outside of volumes.</param>
/// <param name="Ranges">The sectors whose bytes differ, ascending and joined.</param>
public sealed record RegionChange(DiskRegion Region, ImageVolume? Volume, IReadOnlyList<ByteRange> Ranges)
{
    /// <summary>Bytes in sectors that differ.</summary>
    public long Length => Ranges.Sum(range => range.Length);
}
