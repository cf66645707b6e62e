using Mig.Images.Compliance;
using Mig.Machines.Baselines;

namespace Mig.Cli.Json;

/// <summary>What was found of a rule in an image: its state is <c>kept</c>, <c>broken</c> or <c>unknown</c>.</summary>
/// <param name="Reason">Why it is not known, or why nothing is done about it.</param>
internal sealed record RuleResultJson(
    string Baseline, int Line, string Rule, string State, IReadOnlyList<RuleFinding> Findings, string? Reason)
{
    public static RuleResultJson Of(RuleResult result) => Of(result, result.Answer.Reason);

    public static RuleResultJson Of(RuleResult result, string reason) => new(result.Baseline.Name, result.Rule.Line, result.Rule.Text,
        WordOf(result.Answer.State), result.Answer.Findings, reason.Length > 0 ? reason : null);

    public static string WordOf(RuleState state) => state.ToString().ToLowerInvariant();
}
