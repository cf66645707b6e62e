namespace Mig.History.Merging.Text;

/// <summary>A merged text.</summary>
/// <param name="Text">The text; where there are conflicts, both sides between marks, as Git writes them.</param>
/// <param name="Conflicts">How many there are.</param>
public sealed record TextMergeResult(byte[] Text, int Conflicts);
