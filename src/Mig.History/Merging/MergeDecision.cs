using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>What a path gets because of what stands elsewhere, whichever side changed it.</summary>
/// <param name="Entry">What is to stand there; null for nothing.</param>
/// <param name="Conflict">Why it is a conflict all the same, in one sentence; null when it is none.</param>
/// <param name="Note">What its user should know; null when that is nothing.</param>
public sealed record MergeDecision(TreeEntry? Entry, string? Conflict = null, string? Note = null);
