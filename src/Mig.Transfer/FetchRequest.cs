using Mig.Core;

namespace Mig.Transfer;

/// <summary>What to bring from another repository.</summary>
public sealed record FetchRequest
{
    /// <summary>Commits and tags, as the other side's refs name them.</summary>
    public required IReadOnlyList<ObjectId> Wants { get; init; }

    /// <summary>What the refs of this repository name: their history is known here.</summary>
    public IReadOnlyList<ObjectId> Haves { get; init; } = [];

    /// <summary>Commits whose parents this repository does not have (its file <c>shallow</c>).</summary>
    public IReadOnlyList<ObjectId> Shallow { get; init; } = [];

    /// <summary>How many commits of each history to bring, 1 or more; null for all.</summary>
    public int? Depth { get; init; }

    /// <summary>Leaves contents (blobs) out; they come when they are asked for.</summary>
    public bool WithoutContent { get; init; }

    /// <summary>
    /// Whether what is here is gone through again, and not taken for whole because its beginning is here: where something may be missing or
    /// damaged.
    /// </summary>
    public bool Refetch { get; init; }

    /// <summary>Only says what would come.</summary>
    public bool DryRun { get; init; }

    /// <summary>How packs are taken over from a repository of this user on this machine; not at all unless said otherwise.</summary>
    public PackSharing Sharing { get; init; }

    /// <summary>What images that come may hold.</summary>
    public Limits Limits { get; init; } = Limits.Default;

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
