using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Versions.Merging;

namespace Mig.Cli.Json;

/// <summary>What became of a merge.</summary>
internal sealed record MergeJson(string Result, string Before, string Theirs, string? After, IReadOnlyList<MergeConflictJson> Conflicts,
    IReadOnlyList<MergeOperationJson> Changes, IReadOnlyList<string> Notes)
{
    public static MergeJson Of(MergeOutcome outcome, AgainCommand again) => new(
        outcome.Kind switch
        {
            MergeKind.UpToDate => "up-to-date",
            MergeKind.FastForward => "fast-forward",
            MergeKind.Merged =>
            "merged",
            _ => "conflict"
        },
        outcome.Before.ToString(),
        outcome.Theirs.ToString(),
        outcome.After == outcome.Before ? null : outcome.After.ToString(),
        MergeConflictJson.Of(outcome.Plan, again),
        MergeOperationJson.Of(outcome.Plan),
        [.. outcome.Plan?.Notes ?? []]);
}
