using Mig.Machines.Baselines;

namespace Mig.Cli.Json;

/// <summary>A baseline and its rules.</summary>
internal sealed record BaselineJson(string Name, IReadOnlyList<BaselineRuleJson> Rules)
{
    public static BaselineJson Of(string name, Baseline baseline) =>
        new(name, [.. baseline.Rules.Select(rule => new BaselineRuleJson(rule.Line, rule.Text))]);
}
