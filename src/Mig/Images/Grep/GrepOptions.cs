namespace Mig.Images.Grep;

/// <summary>What to look for. Patterns are bytes, UTF-8 as they are typed.</summary>
public sealed record GrepOptions
{
    /// <summary>A line is found when one of them matches: .NET regular expressions, in which a character is a byte.</summary>
    public required IReadOnlyList<byte[]> Patterns { get; init; }

    /// <summary>Takes the patterns as they are.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Does not tell upper from lower case.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>What matches must stand between characters other than ASCII letters, digits and underscores.</summary>
    public bool MatchesWords { get; init; }

    /// <summary>Finds the lines that do not match.</summary>
    public bool IsInverted { get; init; }

    /// <summary>Searches binary files as if they were text.</summary>
    public bool TakesBinaryAsText { get; init; }

    /// <summary>Most lines of one file; null for all.</summary>
    public long? MaxCount { get; init; }

    public GrepOutput Output { get; init; } = GrepOutput.Lines;
}
