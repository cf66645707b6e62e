using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>How a conflict was resolved.</summary>
/// <param name="Side">Whose state the path gets; null when it gets <paramref name="Entry"/>.</param>
/// <param name="Entry">What stands there in the end; null when that is nothing, or a side decides.</param>
public sealed record MergeResolution(MergeSide? Side, TreeEntry? Entry = null);
