namespace Mig.Versions.Working.Live;

/// <summary>A path that differs.</summary>
/// <param name="Path">With a slash in front; what is not UTF-8 is U+FFFD.</param>
/// <param name="Details">What of it differs, in words; empty where the kind says all.</param>
public sealed record LiveChange(LiveChangeKind Kind, string Path, string Details)
{
    /// <summary>The path as listings have it: without a slash in front, each byte a character.</summary>
    internal string Raw { get; init; } = "";

    /// <summary>Whether the system has a socket there, which no archive takes.</summary>
    internal bool IsSocket { get; init; }
}
