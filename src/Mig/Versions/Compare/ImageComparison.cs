using Mig.History.Images;

namespace Mig.Versions.Compare;

/// <summary>Two images, and how their files differ.</summary>
/// <param name="Volumes">Those with files on either side that were compared, in the order of the later image.</param>
public sealed record ImageComparison(MachineImage Before, MachineImage After, IReadOnlyList<VolumeComparison> Volumes);
