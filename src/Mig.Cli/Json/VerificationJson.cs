using Mig.Machines.Verification;

namespace Mig.Cli.Json;

/// <summary>What became of the files of a machine's packages.</summary>
internal sealed record VerificationJson(
    int Files, IReadOnlyList<FindingJson> Findings, IReadOnlyList<string> Warnings, bool IsComplete, IReadOnlyList<UnseenJson> Unseen)
{
    public static VerificationJson Of(VerificationReport report) => new(
        report.Files,
        [.. report.Findings.Select(FindingJson.Of)],
        report.Coverage.Warnings,
        report.Coverage.IsComplete,
        UnseenJson.Of(report.Coverage));
}
