using Mig.Edits.Purging;

namespace Mig.Cli.Json;

/// <summary>What a purge did.</summary>
/// <param name="Paths">Distinct paths that went.</param>
/// <param name="Contents">SHA-256 of what no version has any more.</param>
/// <param name="KeptContents">SHA-256 of what other names still have.</param>
/// <param name="IsProved">Whether a look at everything left found nothing, and nothing was left unseen; left out when nothing was looked
/// at.</param>
/// <param name="FoundIn">Blobs that still hold it.</param>
internal sealed record PurgeJson(
    bool IsDryRun,
    IReadOnlyList<string> Paths,
    IReadOnlyList<string> Contents,
    IReadOnlyList<string> KeptContents,
    int Images,
    int RewrittenCommits,
    int MovedRefs,
    long ZeroedBytes,
    IReadOnlyList<string> Unreachable,
    string? Map,
    bool? IsProved,
    IReadOnlyList<string>? FoundIn)
{
    public static PurgeJson Of(PurgeReport report, bool isDryRun) => new(
        isDryRun,
        [.. report.Files.Select(file => "/" + System.Text.Encoding.UTF8.GetString(file.Path.Span)).Distinct()
            .Order(StringComparer.Ordinal)],
        [.. report.Contents.Select(id => id.ToString())],
        [.. report.KeptContents.Select(id => id.ToString())],
        report.Files.Select(file => file.Image).Distinct().Count(),
        report.RewrittenCommits,
        report.MovedRefs,
        report.ZeroedBytes,
        report.Unreachable,
        report.Map,
        report.Proof is null ? null : report.IsProved,
        report.Proof?.Found.Select(blob => blob.ToString()).ToList());
}
