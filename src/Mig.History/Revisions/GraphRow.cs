namespace Mig.History.Revisions;

/// <summary>What stands before a commit in a drawn history.</summary>
/// <param name="Commit">What stands before the commit's own line, with the space between.</param>
/// <param name="After">Lines that lead to the next commit, without white space at their ends.</param>
/// <param name="Continuation">What stands before further lines of this commit's text, such as its message; these come after
/// <paramref name="After"/>.</param>
public sealed record GraphRow(string Commit, IReadOnlyList<string> After, string Continuation);
