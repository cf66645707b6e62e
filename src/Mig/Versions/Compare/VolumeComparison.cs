using Mig.History.Diffs;

namespace Mig.Versions.Compare;

/// <summary>How the files of a volume differ.</summary>
/// <param name="Volumes">The volume on either side.</param>
/// <param name="Prefix">What stands before paths on it, such as <c>@2</c>; empty for the volume with the operating system, or the only
/// one.</param>
/// <param name="IsDefault">Whether it is that volume.</param>
/// <param name="Changes">What differs, sorted by path.</param>
public sealed record VolumeComparison(VolumePair Volumes, string Prefix, bool IsDefault, IReadOnlyList<TreeChange> Changes);
