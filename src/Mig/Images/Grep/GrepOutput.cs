namespace Mig.Images.Grep;

/// <summary>What is wanted of each file.</summary>
public enum GrepOutput
{
    /// <summary>The lines that were found; of a binary file, that there are some.</summary>
    Lines,

    /// <summary>Whether there are some.</summary>
    Names,

    /// <summary>How many.</summary>
    Counts,
}
