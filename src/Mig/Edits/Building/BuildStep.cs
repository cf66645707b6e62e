using Mig.Core;

namespace Mig.Edits.Building;

/// <summary>A step of a build.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Count">Of all steps.</param>
/// <param name="Made">What came of it; null before, and in a dry run where it would have to be made.</param>
/// <param name="IsCached">Whether it was made before.</param>
public sealed record BuildStep(int Number, int Count, BuildLine Line, CommitId? Made, bool IsCached);
