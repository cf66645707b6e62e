namespace Mig.History.Merging;

/// <summary>One of the two sides of a merge.</summary>
public enum MergeSide
{
    /// <summary>What the result is made of.</summary>
    Ours,

    /// <summary>What is taken in.</summary>
    Theirs,
}
