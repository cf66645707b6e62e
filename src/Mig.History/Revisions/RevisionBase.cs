namespace Mig.History.Revisions;

/// <summary>Where a revision begins: a name or id, and what braces behind it say.</summary>
/// <param name="Name">What was written; empty for the current branch.</param>
/// <param name="Previous">n of <c>@{-n}</c>, else 0.</param>
/// <param name="Upstream">Whether <c>@{upstream}</c> follows.</param>
/// <param name="Log">What stands in <c>@{…}</c> last: a number of moves or a date.</param>
internal sealed record RevisionBase(string Name, int Previous, bool Upstream, string? Log);
