using Mig.History.Diffs;
using Mig.History.Images;

namespace Mig.Versions.Compare;

/// <summary>How a disk differs outside of files.</summary>
/// <param name="Before">Null when the disk was added.</param>
/// <param name="After">Null when it was removed.</param>
/// <param name="Regions">What differs, in the order of the disk.</param>
public sealed record DiskComparison(ImageDisk? Before, ImageDisk? After, IReadOnlyList<RegionChange> Regions);
