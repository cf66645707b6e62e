namespace Mig.Machines.Baselines;

/// <summary>What was found of a rule on a machine.</summary>
/// <param name="Findings">What breaks it; none in other states.</param>
/// <param name="Reason">Why it is not known; empty in other states.</param>
public sealed record RuleAnswer(RuleState State, IReadOnlyList<RuleFinding> Findings, string Reason)
{
    internal static RuleAnswer Kept { get; } = new(RuleState.Kept, [], "");

    internal static RuleAnswer Unknown(string reason) => new(RuleState.Unknown, [], reason);

    internal static RuleAnswer Broken(params IReadOnlyList<RuleFinding> findings) => new(RuleState.Broken, findings, "");

    /// <summary>Broken by what was found; else kept, unless what was not seen could break it.</summary>
    internal static RuleAnswer OfAbsence(IReadOnlyList<RuleFinding> findings, string? gap) =>
        findings.Count > 0 ? Broken(findings) : gap is null ? Kept : Unknown(gap);
}
