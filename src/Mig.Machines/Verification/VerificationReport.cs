using Mig.Machines.Coverage;

namespace Mig.Machines.Verification;

/// <summary>What became of the files of a machine's packages.</summary>
/// <param name="Files">How many recorded files were compared.</param>
/// <param name="Findings">Sorted by path.</param>
/// <param name="Coverage">What could not be compared.</param>
public sealed record VerificationReport(int Files, IReadOnlyList<FileFinding> Findings, ImageCoverage Coverage);
