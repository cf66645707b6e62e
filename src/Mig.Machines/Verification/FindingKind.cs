namespace Mig.Machines.Verification;

/// <summary>How a file differs from what was recorded of it.</summary>
public enum FindingKind
{
    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>It has another content, leads elsewhere, or is something else.</summary>
    Changed,

    /// <summary>It has other permissions, and the right content.</summary>
    Mode,

    /// <summary>No package has it.</summary>
    Extra,
}
