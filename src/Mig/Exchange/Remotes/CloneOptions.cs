using Mig.Core;

namespace Mig.Exchange.Remotes;

/// <summary>What to clone, and where to.</summary>
public sealed record CloneOptions
{
    /// <summary>Where the other repository is.</summary>
    public required string Address { get; init; }

    /// <summary>The folder to make; null for one that is called as the other repository.</summary>
    public string? Directory { get; init; }

    /// <summary>What relative folders begin at.</summary>
    public required string BaseFolder { get; init; }

    /// <summary>Whether the folder is the repository itself, and branches are taken over as they are.</summary>
    public bool IsBare { get; init; }

    /// <summary>The branch or tag that HEAD will be on; null for the one that HEAD is on there.</summary>
    public string? Branch { get; init; }

    /// <summary>How many commits of each history to bring; null for all.</summary>
    public int? Depth { get; init; }

    /// <summary>Whether one branch alone is cloned; null for yes with a depth, else no.</summary>
    public bool? IsSingleBranch { get; init; }

    /// <summary>Whether contents are left out and come on demand.</summary>
    public bool WithoutContent { get; init; }

    /// <summary>How packs are taken over from a repository of this user on this machine.</summary>
    public PackSharing Sharing { get; init; } = PackSharing.CheckedCopies;

    /// <summary>What the remote is called; null for what <c>clone.defaultRemoteName</c> says, else <c>origin</c>.</summary>
    public string? RemoteName { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
