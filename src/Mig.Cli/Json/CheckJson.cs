using Mig.Care.Checks;

namespace Mig.Cli.Json;

/// <summary>What a check of the repository looked at and found.</summary>
internal sealed record CheckJson(
    bool? IsIntact,
    bool IsQuick,
    string? Sample,
    long ReadBytes,
    int? EarlierPacks,
    IReadOnlyList<CheckProblem> Problems,
    IReadOnlyList<string> Warnings,
    long Packs,
    long StoredBytes,
    long Objects,
    long RawBytes,
    long Refs,
    long Commits,
    long Images,
    long Trees,
    long Files,
    long Layouts,
    long Unreachable,
    long? LeftOut,
    long ComparedImages,
    IReadOnlyList<AffectedVersion> Affected,
    RepairReport? Repair)
{
    public static CheckJson Of(CheckReport report, bool isQuick, RepairReport? repair) => new(
        report.Problems.Count > 0 ? false : isQuick || report.Sample is not null ? null : true,
        isQuick,
        report.Sample,
        report.ReadBytes,
        report.EarlierPacks > 0 ? report.EarlierPacks : null,
        report.Problems,
        report.Warnings,
        report.Packs,
        report.StoredBytes,
        report.Objects,
        report.RawBytes,
        report.Refs,
        report.Commits,
        report.Images,
        report.Trees,
        report.Files,
        report.Layouts,
        report.Unreachable,
        report.LeftOut > 0 ? report.LeftOut : null,
        report.ComparedImages,
        report.Affected,
        repair);
}
