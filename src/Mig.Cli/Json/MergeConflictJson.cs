using Mig.History.Merging;
using Mig.Merging;

namespace Mig.Cli.Json;

/// <summary>A path that could not be merged.</summary>
/// <param name="Path">Where it stands; for what lies outside of files, the name of the disk.</param>
internal sealed record MergeConflictJson(string Path, string Kind, string Reason)
{
    public static IReadOnlyList<MergeConflictJson> Of(MergePlan? plan) => plan is null
        ? []
        : [.. plan.Conflicts.Select(item => new MergeConflictJson(
            item.Conflict.Kind == MergeConflictKind.Disk ? item.Prefix[1..] : MergeConflictPath.Of(item.Prefix, item.Conflict.Path.Span),
            ConflictFolder.KindName(item.Conflict.Kind),
            item.Conflict.Reason))];
}
