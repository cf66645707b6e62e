namespace Mig.Versions.Working.Live;

/// <summary>A path that differs.</summary>
/// <param name="Path">With a slash in front; what is not UTF-8 is U+FFFD.</param>
/// <param name="Details">What of it differs, in words; empty where the kind says all.</param>
public sealed record LiveChange(LiveChangeKind Kind, string Path, string Details);
