using Mig.History.Images;

namespace Mig.History.Diffs;

/// <summary>A volume of two versions; one side is null when only the other has it.</summary>
public sealed record VolumePair(ImageDisk? DiskBefore, ImageVolume? Before, ImageDisk? DiskAfter, ImageVolume? After);
