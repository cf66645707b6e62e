namespace Mig.History.Merging;

/// <summary>What one side must have as a whole, and both changed.</summary>
/// <param name="Path">Where it is said to be, one character for each byte.</param>
/// <param name="Reason">In one sentence without a full stop.</param>
/// <param name="Deeds">What each side did, as sentences that lack their subject.</param>
/// <param name="Favored">Who has it by the user's choice; null when that is still to be decided.</param>
public sealed record MergeContest(string Path, string Reason, (string Ours, string Theirs) Deeds, MergeSide? Favored)
{
    /// <summary>Whether no side can be taken either.</summary>
    public bool IsClash { get; init; }
}
