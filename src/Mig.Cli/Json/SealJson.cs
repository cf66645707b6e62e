using Mig.Edits.Sealing;
using Mig.Machines.Sealing;

namespace Mig.Cli.Json;

/// <summary>What sealing did.</summary>
/// <param name="Id">Null when nothing changed, or nothing was to be stored.</param>
internal sealed record SealJson(string? Id, string? Branch, bool IsDryRun, IReadOnlyList<SealedPathJson> Paths, long ZeroedBytes,
    long NewBytes, long StoredBytes, bool IsComplete, IReadOnlyList<UnseenJson> Unseen)
{
    public static SealJson Of(SealReport report, bool isDryRun) => new(
        report.Edit.Id?.ToString(),
        report.Edit.Branch?.ShortName,
        isDryRun,
        [.. report.Paths.Select(path => new SealedPathJson(path.Operation, NameOf(path.Action), path.Path, path.Files, path.Bytes))],
        report.ZeroedBytes,
        report.Edit.NewBytes,
        report.Edit.StoredBytes,
        report.Coverage.IsComplete,
        UnseenJson.Of(report.Coverage));

    public static string NameOf(SealAction action) => action switch
    {
        SealAction.Remove => "removed",
        SealAction.Empty =>
        "emptied",
        SealAction.RemoveFiles => "removed",
        _ => "cleared"
    };
}
