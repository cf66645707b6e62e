using Mig.Cli.CommandLines;
using Mig.Versions.Merging;

namespace Mig.Cli.Json;

/// <summary>A path that could not be merged.</summary>
/// <param name="Path">Where it stands; for what lies outside of files, <c>@</c> and the name of the disk.</param>
/// <param name="Ours">What our side did.</param>
/// <param name="Theirs">What their side did.</param>
/// <param name="TakeOurs">The command that takes our side there; null when a side cannot be taken.</param>
/// <param name="TakeTheirs">The command that takes their side there.</param>
internal sealed record MergeConflictJson(
    string Path, string Kind, string Reason, string Ours, string Theirs, string? TakeOurs, string? TakeTheirs)
{
    public static IReadOnlyList<MergeConflictJson> Of(MergePlan? plan, AgainCommand again) => plan is null
        ? []
        : [.. plan.Pictures.Select(picture => new MergeConflictJson(
            picture.Path,
            picture.Kind,
            picture.Reason,
            picture.Ours,
            picture.Theirs,
            picture.TakesOurs ? again.Taking(MergeArguments.OursName, picture.Path) : null,
            picture.TakesTheirs ? again.Taking(MergeArguments.TheirsName, picture.Path) : null))];
}
