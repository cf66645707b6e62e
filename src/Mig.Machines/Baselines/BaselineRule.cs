namespace Mig.Machines.Baselines;

/// <summary>One rule of a baseline.</summary>
/// <param name="Line">Where it stands, from 1; 0 where the baseline has no lines.</param>
/// <param name="Text">The rule as people read it.</param>
public abstract record BaselineRule(int Line, string Text)
{
    /// <summary>Holds it against a machine whose system was seen.</summary>
    internal abstract RuleAnswer Judge(RuleSubject machine);
}
