using Mig.Core;

namespace Mig.Exchange.Remotes;

/// <summary>What to fetch.</summary>
public sealed record FetchOptions
{
    /// <summary>A remote or an address; null for the one that the current branch follows.</summary>
    public string? Remote { get; init; }

    /// <summary>Whether the command fetches from other remotes, too: then a token that names no server goes to none.</summary>
    public bool IsOneOfSeveral { get; init; }

    /// <summary>Refspecs; none for those of the configuration.</summary>
    public IReadOnlyList<string> Refspecs { get; init; } = [];

    /// <summary>Which tags; null for what the configuration says.</summary>
    public TagFetch? Tags { get; init; }

    /// <summary>Whether tracking refs of what is gone there go, too; null for what the configuration says.</summary>
    public bool? Prunes { get; init; }

    /// <summary>Whether refs may move to where their history is lost.</summary>
    public bool Force { get; init; }

    /// <summary>How many commits of each history to bring; null for all that are missing.</summary>
    public int? Depth { get; init; }

    /// <summary>Whether contents are left out and come on demand; null for what the configuration says.</summary>
    public bool? WithoutContent { get; init; }

    /// <summary>Whether all is compared that the remote's refs lead to, also where this repository's refs lead there already.</summary>
    public bool Refetch { get; init; }

    /// <summary>
    /// Whether the log of a ref that is made with many others begins with that. Those of a clone begin when they move, as in Git.
    /// </summary>
    internal bool LogsNewRefs { get; init; } = true;

    /// <summary>How packs are taken over from a repository of this user on this machine.</summary>
    public PackSharing Sharing { get; init; } = PackSharing.CheckedCopies;

    /// <summary>Whether everything is only told.</summary>
    public bool DryRun { get; init; }

    /// <summary>What the logs say about who moved the refs: <c>fetch origin</c>.</summary>
    public string Action { get; init; } = "fetch";

    /// <summary>What comes along, although no ref here will name it.</summary>
    internal IReadOnlyList<ObjectId> AlsoWanted { get; init; } = [];

    /// <summary>Whether <c>FETCH_HEAD</c> is set.</summary>
    internal bool SetsFetchHead { get; init; } = true;

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
