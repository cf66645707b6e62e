
namespace Mig.Edits.Sealing;

/// <summary>What to seal, and how.</summary>
public sealed record SealRequest
{
    /// <summary>Where the result is committed.</summary>
    public required EditRequest Edit { get; init; }

    /// <summary>Only these operations; null for those that are done by default.</summary>
    public IReadOnlyList<string>? Enabled { get; init; }

    /// <summary>Operations that are not done.</summary>
    public IReadOnlyList<string> Disabled { get; init; } = [];
}
