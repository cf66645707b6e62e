using Mig.Machines.Audits;
using Mig.Machines.Baselines;

namespace Mig.Cli.Json;

/// <summary>What an audit found in one version.</summary>
internal sealed record AuditJson(
    string Name,
    string? Commit,
    string Image,
    int PackageCount,
    IReadOnlyList<VulnerabilityJson> Vulnerabilities,
    IReadOnlyList<RuleFinding> Rules,
    IReadOnlyList<string> Warnings,
    bool IsComplete,
    IReadOnlyList<UnseenJson> Unseen)
{
    public static AuditJson Of(AuditedImage image) => new(
        image.Name,
        image.Commit?.ToString(),
        image.Image.ToString(),
        image.Packages,
        [.. image.Vulnerabilities.Select(VulnerabilityJson.Of)],
        image.Rules,
        image.Coverage.Warnings,
        image.Coverage.IsComplete,
        UnseenJson.Of(image.Coverage));
}
