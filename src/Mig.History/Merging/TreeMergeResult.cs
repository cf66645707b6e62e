namespace Mig.History.Merging;

/// <summary>How our tree becomes the merged one.</summary>
/// <param name="Operations">What to do, sorted by path; complete only when there are no conflicts.</param>
/// <param name="Conflicts">What could not be merged, sorted by path.</param>
/// <param name="Notes">What was decided by a rule.</param>
public sealed record TreeMergeResult(
    IReadOnlyList<MergeOperation> Operations, IReadOnlyList<MergeConflict> Conflicts, IReadOnlyList<MergeNote> Notes);
