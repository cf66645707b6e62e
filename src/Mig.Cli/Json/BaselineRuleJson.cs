namespace Mig.Cli.Json;

/// <summary>A rule of a baseline, and its line.</summary>
internal sealed record BaselineRuleJson(int Line, string Rule);
