using Mig.History.Diffs;

namespace Mig.Versions.Compare;

/// <summary>A volume of two versions, and what of it is wanted.</summary>
/// <param name="Prefix">How paths on it begin; empty for the default volume.</param>
/// <param name="Limits">What is wanted.</param>
internal readonly record struct LimitedVolume(VolumePair Pair, string Prefix, bool IsDefault, PathLimits Limits);
