using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>The outcome of merging the contents of a file that both sides changed.</summary>
/// <param name="Entry">Whose content (size, hash, list) the file gets; null when there is nothing to offer.</param>
/// <param name="Conflict">Why it is a conflict, in one sentence; null when it is none.</param>
/// <param name="Note">What its user should know; null when that is nothing.</param>
public sealed record ContentMerge(TreeEntry? Entry, string? Conflict = null, string? Note = null)
{
    /// <summary>
    /// Whether what both sides have is right by itself and cannot stand side by side: then no side decides it, only another content.
    /// </summary>
    public bool IsClash { get; init; }
}
