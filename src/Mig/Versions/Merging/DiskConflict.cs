namespace Mig.Versions.Merging;

/// <summary>Something outside of files that a merge has a conflict about.</summary>
/// <param name="Disk">The name of the disk.</param>
/// <param name="Reason">In one sentence without a full stop.</param>
/// <param name="Ours">What there is here, as a sentence.</param>
/// <param name="Theirs">What there is there.</param>
/// <param name="Takes">Whose side can be taken, with the name of the disk; null for any.</param>
public sealed record DiskConflict(string Disk, string Reason, string Ours, string Theirs, History.Merging.MergeSide? Takes);
