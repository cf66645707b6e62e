using Mig.Edits.Remediation;

namespace Mig.Cli.Json;

/// <summary>What became of a branch.</summary>
/// <param name="After">Null when it stays where it is.</param>
/// <param name="Step">By what it can be undone, with all others of the same command.</param>
/// <param name="Actions">What was done, or would be.</param>
/// <param name="Open">The rules that it does not keep in the end; in a dry run, now.</param>
/// <param name="Failure">Why it was left, or put back, as it was.</param>
internal sealed record RemediatedJson(string Branch, string Before, string? After, string? Step, bool IsDryRun,
    IReadOnlyList<string> Actions, IReadOnlyList<RuleResultJson> Open, string? Failure)
{
    public static RemediatedJson Of(RemediatedImage image, string? step, bool isDryRun) => new(
        image.Branch.ShortName,
        image.Before.ToString(),
        image.After?.ToString(),
        image.After is null ? null : step,
        isDryRun,
        image.Steps,
        [.. image.Open.Select(open => RuleResultJson.Of(open.Result, open.Reason))],
        image.Failure);
}
