using Mig.Machines.Merging;
using Mig.Versions.Merging;

namespace Mig.Cli.Json;

/// <summary>What a merge does to our side at one path.</summary>
/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
internal sealed record MergeOperationJson(string Path, string Change)
{
    public static IReadOnlyList<MergeOperationJson> Of(MergePlan? plan) => plan is null
        ? []
        : [.. plan.Volumes.SelectMany(volume => volume.Result.Operations.Select(operation => new MergeOperationJson(
            MergeConflictPath.Of(volume.Prefix, operation.Path.Span),
            operation.Before is null ? "added" : operation.After is null ? "removed" : "changed")))];
}
