using Mig.Core;

namespace Mig.Exchange.Remotes;

/// <summary>What to push.</summary>
public sealed record PushOptions
{
    /// <summary>A remote or an address; null for the one that the current branch is pushed to.</summary>
    public string? Remote { get; init; }

    /// <summary>Refspecs; none for what <c>remote.NAME.push</c> and <c>push.default</c> say.</summary>
    public IReadOnlyList<string> Refspecs { get; init; } = [];

    /// <summary>Whether the refspecs are names to delete there.</summary>
    public bool Deletes { get; init; }

    /// <summary>Whether all branches are pushed.</summary>
    public bool AllBranches { get; init; }

    /// <summary>Whether all tags are pushed as well.</summary>
    public bool AllTags { get; init; }

    /// <summary>Whether refs there may lose history.</summary>
    public bool Force { get; init; }

    /// <summary>Where refs there must be for history to be lost; empty when that does not matter.</summary>
    public IReadOnlyList<PushLease> Leases { get; init; } = [];

    /// <summary>Whether the branches follow those that they are pushed to from now on.</summary>
    public bool SetsUpstream { get; init; }

    /// <summary>All refs or none.</summary>
    public bool IsAtomic { get; init; } = true;

    /// <summary>Whether the hook pre-push is asked.</summary>
    public bool AsksHook { get; init; } = true;

    /// <summary>Whether everything is only told.</summary>
    public bool DryRun { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
