namespace Mig.History.Refs;

/// <summary>What becomes of one file. Done twice, it leaves the same as done once.</summary>
/// <param name="Path">The file, from the repository's folder.</param>
/// <param name="Start">Where <paramref name="Bytes"/> begin in the file: 0 unless they are appended.</param>
/// <param name="Bytes">Empty for a file that goes.</param>
internal sealed record JournalStep(JournalStepKind Kind, string Path, long Start, byte[] Bytes);
