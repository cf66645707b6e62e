namespace Mig.Machines.Baselines;

/// <summary>What is known of a rule on a machine.</summary>
public enum RuleState
{
    /// <summary>The machine keeps it.</summary>
    Kept,

    /// <summary>The machine breaks it.</summary>
    Broken,

    /// <summary>Not enough of the image was seen to know.</summary>
    Unknown,
}
