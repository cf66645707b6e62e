namespace Mig.Machines.Baselines;

/// <summary>A rule of a baseline that a machine breaks.</summary>
/// <param name="Rule">Which one: <c>required</c>, <c>forbidden</c>, <c>minimum</c>, <c>sha256</c>, <c>mode</c>, <c>owner</c>,
/// <c>present</c>, <c>absent</c>.</param>
/// <param name="Subject">The package, or the path with its leading slash.</param>
/// <param name="Expected">What the baseline wants; empty where the rule says it all.</param>
/// <param name="Actual">What there is; empty when there is nothing.</param>
public sealed record RuleFinding(string Rule, string Subject, string Expected, string Actual);
