using Mig.Care.Checks;
using Mig.Images.Browse;
using Mig.Machines.Coverage;

namespace Mig.Cli.Json;

/// <summary>What a repository holds and saves.</summary>
internal sealed record StatisticsJson(
    IReadOnlyList<ImageStatisticsJson> Images,
    long Versions,
    long DiskBytes,
    long LogicalBytes,
    long ObjectBytes,
    long StoredBytes,
    double Factor,
    long Objects,
    long Packs,
    IReadOnlyList<UnseenVersionsJson>? UnseenVersions)
{
    public static StatisticsJson Of(StatisticsReport report, AnswerCoverage coverage) => new(
        [.. report.Images.Select(ImageStatisticsJson.Of)],
        report.Versions,
        report.DiskBytes,
        report.LogicalBytes,
        report.ObjectBytes,
        report.StoredBytes,
        Math.Round(report.Factor, 2),
        report.Objects,
        report.Packs,
        coverage.IsComplete ? null : UnseenVersionsJson.Of(coverage));
}
