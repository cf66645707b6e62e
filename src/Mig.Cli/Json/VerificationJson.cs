using Mig.Verification;

namespace Mig.Cli.Json;

/// <summary>What became of the files of a machine's packages.</summary>
internal sealed record VerificationJson(int Files, IReadOnlyList<FindingJson> Findings, IReadOnlyList<string> Warnings)
{
    public static VerificationJson Of(VerificationReport report) => new(report.Files, [.. report.Findings.Select(FindingJson.Of)], report.Warnings);
}
