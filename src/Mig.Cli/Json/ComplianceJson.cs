using Mig.Images.Compliance;

namespace Mig.Cli.Json;

/// <summary>What was found of all rules in an image.</summary>
/// <param name="State"><c>kept</c> when all rules are, <c>broken</c> when one is, else <c>unknown</c>.</param>
internal sealed record ComplianceJson(
    string Name,
    string? Commit,
    string Image,
    string State,
    IReadOnlyList<RuleResultJson> Rules,
    IReadOnlyList<string> Warnings,
    bool IsComplete,
    IReadOnlyList<UnseenJson> Unseen)
{
    public static ComplianceJson Of(ImageCompliance image) => new(
        image.Name,
        image.Commit?.ToString(),
        image.Image.ToString(),
        RuleResultJson.WordOf(image.State),
        [.. image.Rules.Select(RuleResultJson.Of)],
        image.Coverage.Warnings,
        image.Coverage.IsComplete,
        UnseenJson.Of(image.Coverage));
}
