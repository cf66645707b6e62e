using Mig.Core;
using Mig.Disks;
using Mig.Store;

namespace Mig.Versions.Commits;

/// <summary>Opens the disks of a machine, as commits and comparisons need them.</summary>
internal static class DiskOpener
{
    /// <summary>Opens them all, to be asked later whether they changed, or none.</summary>
    /// <param name="format">A format to force on all; null to find it by content.</param>
    /// <param name="allowedFolders">See <see cref="DiskOpenOptions.AllowedFolders"/>.</param>
    /// <param name="repositoryFolder">Where compressed disks are decompressed; null for where the system has temporary files.</param>
    /// <param name="input">What <c>-</c> stands for; null when it is the name of a file.</param>
    /// <exception cref="NotFoundException">A disk, or an allowed folder, does not exist.</exception>
    public static List<DiskImage> Open(IReadOnlyList<string> paths, string? format, IReadOnlyList<string> allowedFolders,
        string? repositoryFolder, Limits limits, IProgressSink progress, FileSource? input, CancellationToken cancellation)
    {
        if (allowedFolders.FirstOrDefault(folder => !Directory.Exists(folder)) is { } missing)
            throw new NotFoundException($"--allow-base {missing}: there is no such folder");
        var options = new DiskOpenOptions
        {
            IsWatched = true,
            AllowedFolders = allowedFolders,
            TemporaryFolder = repositoryFolder is null ? null : Path.Combine(repositoryFolder, ObjectStore.TemporaryFolder),
            Progress = progress,
            Input = input,
            Cancellation = cancellation,
        };
        var disks = new List<DiskImage>();
        try
        {
            foreach (string path in paths)
                disks.Add(DiskFormats.Open(path, format, limits, options));
            return disks;
        }
        catch
        {
            disks.ForEach(disk => disk.Dispose());
            throw;
        }
    }
}
