namespace Mig.Versions.Merging;

/// <summary>Something outside of files that one side changed and the other one does not have.</summary>
/// <param name="Sentence">What, without a subject: <c>volume 1: label 'a' -> 'b'</c>.</param>
/// <param name="IsFirm">Whether somebody decided it; else a file system did so by itself, for files that it got.</param>
internal sealed record OutsideChange(string Sentence, bool IsFirm = true);
