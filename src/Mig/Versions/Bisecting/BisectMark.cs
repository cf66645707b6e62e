namespace Mig.Versions.Bisecting;

/// <summary>What a test said of a version.</summary>
public enum BisectMark
{
    /// <summary>It has not what is looked for.</summary>
    Good,

    /// <summary>It has it.</summary>
    Bad,

    /// <summary>It cannot be tested.</summary>
    Skip,
}
