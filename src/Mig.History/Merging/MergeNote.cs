namespace Mig.History.Merging;

/// <summary>Something that was merged by a rule and that its user should know.</summary>
/// <param name="Path">From the volume's root, without a slash at either end.</param>
public sealed record MergeNote(ReadOnlyMemory<byte> Path, string Text);
