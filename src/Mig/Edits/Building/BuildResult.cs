using Mig.Core;

namespace Mig.Edits.Building;

/// <summary>What came of a build.</summary>
/// <param name="Made">The version; null in a dry run that would have to make it.</param>
/// <param name="Steps">How many steps there were.</param>
/// <param name="Cached">How many of them had been made before.</param>
/// <param name="Differences">Paths that are not as in the build before of the same steps, when nothing was taken from memory; null when
/// there was none, or it was not compared.</param>
public sealed record BuildResult(CommitId? Made, int Steps, int Cached, IReadOnlyList<string>? Differences);
