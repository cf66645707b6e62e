using Mig.Core;

namespace Mig.Edits.Purging;

/// <summary>What must go out of all history.</summary>
public sealed record PurgeRequest
{
    /// <summary>Paths from the root of a volume, a folder with all below it, or patterns as <c>mig diff -- PATH</c> has them.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>SHA-256 of contents; files that have them go, whatever their names.</summary>
    public IReadOnlyList<ObjectId> Contents { get; init; } = [];

    /// <summary>Says what would go, and changes nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Leaves old versions in the repository until a <c>gc</c>, so nothing is proved.</summary>
    public bool KeepsOldVersions { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
