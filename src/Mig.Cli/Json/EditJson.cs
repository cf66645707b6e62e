using Mig.Edits;
using Mig.Edits.Operations;

namespace Mig.Cli.Json;

/// <summary>What an edit did.</summary>
/// <param name="Id">Null when nothing changed, or nothing was to be stored.</param>
/// <param name="StoredBytes">What the new objects take, compressed.</param>
internal sealed record EditJson(string? Id, string? Branch, bool IsDryRun, string Message, IReadOnlyList<EditChangeJson> Changes,
    long NewObjects, long NewBytes, long StoredBytes, int? PolicyLabels, int? DirectoryLabels)
{
    public static EditJson Of(EditResult result, IReadOnlyList<(string Prefix, EditLog Log)> logs, bool isDryRun) => new(
        result.Id?.ToString(),
        result.Branch?.ShortName,
        isDryRun,
        result.Message,
        [.. logs.SelectMany(log => log.Log.Changes.Select(change => EditChangeJson.Of(log.Prefix, change.Path, change.Kind)))],
        result.NewObjects,
        result.NewBytes,
        result.StoredBytes,
        Some(logs.Sum(log => log.Log.PolicyLabels)),
        Some(logs.Sum(log => log.Log.DirectoryLabels)));

    private static int? Some(int count) => count == 0 ? null : count;
}
