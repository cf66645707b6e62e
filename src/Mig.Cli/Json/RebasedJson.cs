using Mig.Cli.CommandLines;
using Mig.Versions.Merging;

namespace Mig.Cli.Json;

/// <summary>What became of a branch that was to be put on another version.</summary>
/// <param name="Conflict">The version in conflict.</param>
internal sealed record RebasedJson(string? Branch, string Before, string After, int Replayed, int Dropped, string? Conflict,
    IReadOnlyList<MergeConflictJson> Conflicts, IReadOnlyList<string> Notes)
{
    public static RebasedJson Of(RebasedBranch branch, AgainCommand again) => new(
        branch.Branch?.Value,
        branch.Before.ToString(),
        branch.After.ToString(),
        branch.Replayed,
        branch.Dropped,
        branch.Conflict?.Source.ToString(),
        MergeConflictJson.Of(branch.Conflict?.Plan, again),
        branch.Notes);
}
