using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.Versions.Working;

/// <summary>
/// Remembers which disks a commit was made from: <c>cache/disks/COMMIT</c>, absolute paths in UTF-8, each ended by a NUL. A cache: without
/// it a disk has to be named.
/// </summary>
public static class DiskPlaces
{
    private const int MaxPlaces = 64;
    private const long MaxSize = 1 << 20;

    /// <summary>Returns the paths of a commit's disks, in the order of the image; null when they are not known, or one is gone.</summary>
    public static IReadOnlyList<string>? Find(string repositoryFolder, CommitId commit)
    {
        string path = Path.Combine(FolderOf(repositoryFolder), commit.ToString());
        if (LibC.GetFileType(path) != FileType.Regular || new FileInfo(path).Length > MaxSize)
            return null;
        string[] disks = Encoding.UTF8.GetString(HostFiles.ReadAllBytes(path)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return disks.Length > 0 && Array.TrueForAll(disks, IsDisk) ? disks : null;
    }

    /// <summary>Tells whether a path leads to something that can be a disk.</summary>
    public static bool IsDisk(string path) => LibC.GetFileType(path) is FileType.Regular or FileType.BlockDevice;

    /// <summary>Writes down where a commit's disks are, where the repository can be written, and forgets the oldest.</summary>
    internal static void Write(string repositoryFolder, CommitId commit, IEnumerable<string> disks)
    {
        try
        {
            WriteFile(repositoryFolder, commit, disks);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then a disk has to be named.
        }
    }

    private static void WriteFile(string repositoryFolder, CommitId commit, IEnumerable<string> disks)
    {
        string folder = FolderOf(repositoryFolder);
        HostFiles.CreateFolder(folder);
        using (var file = new TemporaryFile(Path.Combine(repositoryFolder, ObjectStore.TemporaryFolder), "disks"))
        {
            file.Write(Encoding.UTF8.GetBytes(string.Concat(disks.Select(disk => Path.GetFullPath(disk) + "\0"))), 0);
            file.Publish(Path.Combine(folder, commit.ToString()));
        }

        HostFiles.KeepNewest(folder, MaxPlaces);
    }

    private static string FolderOf(string repositoryFolder) => Path.Combine(repositoryFolder, "cache", "disks");
}
