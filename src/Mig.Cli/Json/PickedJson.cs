using Mig.Cli.CommandLines;
using Mig.Versions.Merging;

namespace Mig.Cli.Json;

/// <summary>A version whose changes were carried to the current branch, or taken back.</summary>
/// <param name="Commit">What it became; absent where there are conflicts, or nothing was left to do.</param>
internal sealed record PickedJson(string Source, string? Commit, IReadOnlyList<MergeConflictJson> Conflicts,
    IReadOnlyList<MergeOperationJson> Changes, IReadOnlyList<string> Notes)
{
    public static PickedJson Of(PickedVersion version, AgainCommand again) => new(
        version.Source.ToString(),
        version.Id?.ToString(),
        MergeConflictJson.Of(version.Plan, again),
        MergeOperationJson.Of(version.Plan),
        [.. version.Plan.Notes]);
}
