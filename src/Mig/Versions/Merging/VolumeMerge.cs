using Mig.History.Images;
using Mig.History.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Versions.Merging;

/// <summary>What is to be done to a volume.</summary>
/// <param name="Disk">The disk that is changed: ours, or theirs where only they changed what lies outside of files.</param>
/// <param name="Volume">The volume of that disk.</param>
/// <param name="Prefix">How paths on it begin; empty for the default volume.</param>
/// <param name="Result">What is merged, as operations on our files.</param>
/// <param name="Applied">The same as operations on the files of <paramref name="Volume"/>.</param>
public sealed record VolumeMerge(
    ImageDisk Disk, ImageVolume Volume, string Prefix, TreeMergeResult Result, IReadOnlyList<MergeOperation> Applied)
{
    /// <summary>Who made configuration files on either side.</summary>
    internal ConffileOrigins? Origins { get; init; }
}
