using Mig.Core;

namespace Mig.Versions.Commits;

/// <summary>What to commit, and how.</summary>
public sealed record CommitRequest
{
    /// <summary>Paths of the disks of one machine, in order; none when only the message of the last version is amended,
    /// or what stands beside its disks is changed.</summary>
    public required IReadOnlyList<string> Disks { get; init; }

    /// <summary>Where a disk called <c>-</c> comes from; null when that is a file's name.</summary>
    public Func<Stream>? Input { get; init; }

    /// <summary>The message; a newline is added when it lacks one.</summary>
    public required string Message { get; init; }

    /// <summary>Files to put beside the disks; one takes the place of one with the same name that the version below has. Without disks
    /// those of the last version stay.</summary>
    public IReadOnlyList<AttachedFile> Attach { get; init; } = [];

    /// <summary>Names of attachments that the version below has and this one does not.</summary>
    public IReadOnlyList<string> Detach { get; init; } = [];

    /// <summary>A format to force on all disks, such as <c>raw</c>; null to find it by content.</summary>
    public string? InputFormat { get; init; }

    /// <summary>Folders that an image may name files in, and below, besides its own.</summary>
    public IReadOnlyList<string> AllowedFolders { get; init; } = [];

    /// <summary>Leaves out what the file systems hold to be free.</summary>
    public bool DiscardFree { get; init; }

    /// <summary>Trusts size, times and extents of files that were committed before.</summary>
    public bool Quick { get; init; }

    /// <summary>Takes disks that are in use, or that change while they are read, and notes it in the commit.</summary>
    public bool AllowChanging { get; init; }

    /// <summary>Makes a commit even when nothing changed.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>Puts the commit in the place of the last one, whose parents and author it takes over.</summary>
    public bool Amend { get; init; }

    /// <summary>Does not ask the hooks commit-msg and pre-commit.</summary>
    public bool NoVerify { get; init; }

    /// <summary>Disks that are open already; null for files and the current branch.</summary>
    internal OpenedDisks? Opened { get; init; }

    /// <summary>Is told how many bytes are to be read, and have been; by several threads at once.</summary>
    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
