namespace Mig.Machines.Baselines;

/// <summary>How bad a vulnerability is; in ascending order.</summary>
internal enum SeverityLevel
{
    Unimportant,
    Low,
    Medium,
    High,
    Critical,
}
