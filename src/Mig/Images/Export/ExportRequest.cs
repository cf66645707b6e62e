using Mig.Core;

namespace Mig.Images.Export;

/// <summary>Which disk to write, and where.</summary>
public sealed record ExportRequest
{
    /// <summary>The revision.</summary>
    public string Revision { get; init; } = "HEAD";

    /// <summary>The file to write; not looked at when there is an <see cref="Output"/>.</summary>
    public required string Path { get; init; }

    /// <summary>Takes the disk, raw and in order, in the place of a file; null for a file.</summary>
    public Stream? Output { get; init; }

    /// <summary>The format; null to take it from the file's name.</summary>
    public string? Format { get; init; }

    /// <summary>The disk; null when the image has only one.</summary>
    public string? Disk { get; init; }

    /// <summary>
    /// The disk file under the new one, which then holds only what differs: <c>FILE</c>, or <c>FILE:REV</c> when it is said to hold that
    /// version. Null for a whole disk.
    /// </summary>
    public string? Backing { get; init; }

    /// <summary>Folders that the disk under the new one may name files in, and below, besides its own.</summary>
    public IReadOnlyList<string> AllowedFolders { get; init; } = [];

    /// <summary>Replaces a file that is there.</summary>
    public bool Overwrite { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
