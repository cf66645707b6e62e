namespace Mig.Verification;

/// <summary>What became of the files of a machine's packages.</summary>
/// <param name="Files">How many recorded files were compared.</param>
/// <param name="Findings">Sorted by path.</param>
/// <param name="Warnings">What could not be compared, and why; one sentence each.</param>
public sealed record VerificationReport(int Files, IReadOnlyList<FileFinding> Findings, IReadOnlyList<string> Warnings);
