using Mig.Core;
using Mig.Core.Host;
using Mig.Disks;

namespace Mig.Versions.Commits;

/// <summary>
/// Keeps a disk that comes as a stream in the repository's folder until it is read: a disk is read at any place, and more than once. The
/// file has no name from the beginning, so nothing is left of it, however the program ends.
/// </summary>
internal static class SpooledDisk
{
    /// <summary>What stands for a stream among the names of disks.</summary>
    public const string Name = "-";

    /// <summary>What the disk is called in the image.</summary>
    public const string DiskName = "disk.raw";

    /// <returns>Disposing it frees the space.</returns>
    /// <exception cref="IOException">There is no space for it, or the stream broke off.</exception>
    public static FileSource Read(string folder, Stream input, IProgressSink progress, CancellationToken cancellation)
    {
        HostFile file = HostFile.CreateUnnamed(folder, "input");
        try
        {
            progress.Begin("standard input", 0);
            long length = StreamSpool.Copy(input, file, folder, "standard input", (piece, _) =>
                progress.Advance(piece.Length), cancellation);
            return length > 0 ? FileSource.Of(file, length, "standard input")
                : throw new UsageException("standard input is empty; a disk was to come from there");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
