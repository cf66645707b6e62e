using Mig.Core;
using Mig.Core.Host;

namespace Mig.Disks;

/// <summary>What the user allows when a disk is opened. The defaults are safe for images that come from strangers.</summary>
public sealed record DiskOpenOptions
{
    /// <summary>Allows nothing.</summary>
    public static DiskOpenOptions Default { get; } = new();

    /// <summary>Folders that an image may name files in, and below, besides its own; links are resolved on both sides.</summary>
    public IReadOnlyList<string> AllowedFolders { get; init; } = [];

    /// <summary>
    /// Whether <see cref="DiskImage.FindChange"/> will be asked. Opening a file that was written to just now waits for a moment then.
    /// </summary>
    public bool IsWatched { get; init; }

    /// <summary>What the name <c>-</c> stands for; null when it is that of a file.</summary>
    public FileSource? Input { get; init; }

    /// <summary>Where a compressed disk is decompressed to, if it can be written; null for where the system has temporary files.</summary>
    public string? TemporaryFolder { get; init; }

    /// <summary>Receives how far decompressing has come.</summary>
    public IProgressSink Progress { get; init; } = NoProgress.Instance;

    /// <summary>Ends decompressing.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The files of the disks that lie over this one, links resolved.</summary>
    internal IReadOnlyList<string> Above { get; init; } = [];

    /// <summary>Collects what is wrong with them, and with this one; null to begin anew.</summary>
    internal DiskWarnings? Warnings { get; init; }

    /// <summary>Tells whether a file, links resolved, is in one of the allowed folders or below.</summary>
    internal bool Allows(string path) => AllowedFolders.Select(HostPath.Resolve)
        .Any(folder => folder is not null && (folder == "/" || path.StartsWith(folder + "/", StringComparison.Ordinal)));

    /// <summary>Opens one of the files that a disk is made of.</summary>
    internal FileSource OpenFile(string path) =>
        path == "-" && Input is not null ? Input : IsWatched ? FileSource.OpenWatched(path) : FileSource.Open(path);
}
