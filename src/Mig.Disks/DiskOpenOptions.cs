using Mig.Core;

namespace Mig.Disks;

/// <summary>What the user allows when a disk is opened. The defaults are safe for images that come from strangers.</summary>
public sealed record DiskOpenOptions
{
    public static DiskOpenOptions Default { get; } = new();

    /// <summary>Whether an image may name files outside its own folder.</summary>
    public bool AllowFilesOutsideFolder { get; init; }

    /// <summary>Whether <see cref="DiskImage.FindChange"/> will be asked. Opening a file that was written to just now waits for a moment then.</summary>
    public bool IsWatched { get; init; }

    /// <summary>What the name <c>-</c> stands for; null when it is that of a file.</summary>
    public FileSource? Input { get; init; }

    /// <summary>The files of the disks that lie over this one, links resolved.</summary>
    internal IReadOnlyList<string> Above { get; init; } = [];

    /// <summary>Collects what is wrong with them, and with this one; null to begin anew.</summary>
    internal DiskWarnings? Warnings { get; init; }

    /// <summary>Opens one of the files that a disk is made of.</summary>
    internal FileSource OpenFile(string path) => path == "-" && Input is not null ? Input : IsWatched ? FileSource.OpenWatched(path) : FileSource.Open(path);
}
