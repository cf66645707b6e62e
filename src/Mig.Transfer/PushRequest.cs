using Mig.Core;

namespace Mig.Transfer;

/// <summary>What to bring to another repository.</summary>
public sealed record PushRequest
{
    public required IReadOnlyList<PushUpdate> Updates { get; init; }

    /// <summary>The refs of the other side, as far as they are known; null when they are to be asked for.</summary>
    public RemoteListing? Remote { get; init; }

    /// <summary>All refs or none.</summary>
    public bool Atomic { get; init; } = true;

    /// <summary>Only says what would move.</summary>
    public bool DryRun { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
