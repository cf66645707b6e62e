using Mig.History.Images;

namespace Mig.Images.Ingest;

/// <summary>What a commit found on a volume.</summary>
/// <param name="Number">As Linux numbers it; 0 is a bare disk.</param>
/// <param name="FileSystem">Its type; empty when it was not looked into.</param>
/// <param name="Length">Bytes of the volume.</param>
/// <param name="Files">Regular files.</param>
/// <param name="Directories">Directories, the root among them.</param>
/// <param name="FileBytes">Bytes of all regular files.</param>
/// <param name="Reason">Why it was not looked into; empty when it was.</param>
/// <param name="Notes">What the file system's reader noticed.</param>
/// <param name="FreeSpaceDoubt">Why nothing of its free space is trusted; empty when it is.</param>
public sealed record VolumeReport(
    int Number,
    string FileSystem,
    string Label,
    long Length,
    long Files,
    long Directories,
    long FileBytes,
    string Reason,
    IReadOnlyList<string> Notes,
    string FreeSpaceDoubt)
{
    /// <summary>What of it could not be read though the volume was looked into.</summary>
    public IReadOnlyList<UnreadPath> Unread { get; init; } = [];

    /// <summary>Whether its free space was compared with all that is in use, and nothing was wrong.</summary>
    public bool IsFreeSpaceTrusted => Reason.Length == 0 && FreeSpaceDoubt.Length == 0 && FileSystem.Length > 0;
}
