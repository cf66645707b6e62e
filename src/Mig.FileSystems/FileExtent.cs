namespace Mig.FileSystems;

/// <summary>A run of a file's content.</summary>
/// <param name="FileOffset">Where the run begins in the file, in bytes.</param>
/// <param name="Length">Its length in bytes; the last run of a file ends at the file's size, not at the end of its block.</param>
/// <param name="VolumeOffset">
/// Where the same bytes lie on the volume; <see cref="NotOnVolume"/> when they do not lie there as they are (inline, compressed, or only in
/// the journal): then <see cref="IFileSystem.ReadContent"/> gives them.
/// </param>
public readonly record struct FileExtent(long FileOffset, long Length, long VolumeOffset)
{
    public const long NotOnVolume = -1;

    public bool IsOnVolume => VolumeOffset >= 0;
}
