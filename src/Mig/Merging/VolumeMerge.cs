using Mig.History.Images;
using Mig.History.Merging;

namespace Mig.Merging;

/// <summary>What is to be done to a volume of our image.</summary>
/// <param name="Prefix">How paths on it begin; empty for the default volume.</param>
public sealed record VolumeMerge(ImageDisk Disk, ImageVolume Volume, string Prefix, TreeMergeResult Result);
