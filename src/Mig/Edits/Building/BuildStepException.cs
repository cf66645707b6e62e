using Mig.Core;

namespace Mig.Edits.Building;

/// <summary>A step of a build failed.</summary>
/// <param name="path">Of the Migfile.</param>
/// <param name="line">What was to be done.</param>
/// <param name="inner">Why it was not.</param>
public sealed class BuildStepException(string path, BuildLine line, Exception inner)
    : MigException($"{path}:{line.Number}: {inner.Message}", inner);
