using Mig.Core;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.History.Trust;

/// <summary>
/// Sees to it that what lies in a repository's folder is its own: files and folders. A symbolic link would have mig read, write or delete
/// elsewhere, and a FIFO would keep it waiting for ever.
/// </summary>
/// <remarks>
/// Not entered are <c>refs</c> and <c>logs</c>, whose files are looked at whenever one is read or written, the packs, of which nothing but
/// files is opened, and the hooks, programs that their owner may well link to. Caches named after ids are many, and opened as packs are:
/// they are left out, too.
/// </remarks>
public static class OwnFiles
{
    private static readonly string[] s_notEntered = ["refs", "logs", "hooks", ObjectStore.PacksFolder];

    /// <summary>Looks at a repository's folder. Who may change it later is its owner, or somebody whom the owner lets.</summary>
    /// <exception cref="CorruptStoreException">REPO-002.</exception>
    public static void Check(string folder)
    {
        foreach (string path in Entries(folder))
            Check(folder, path, isTop: true);
    }

    /// <summary>Refuses <c>.mig</c> itself when it is a link: what was found there is not what stands beside it.</summary>
    /// <exception cref="CorruptStoreException">REPO-002.</exception>
    public static void CheckFolder(string folder)
    {
        if (FileStatus.Of(folder, followsLinks: false) is { Type: FileType.SymbolicLink })
            throw new CorruptStoreException(
                "REPO-002",
                $"{folder} is a symbolic link, which mig does not follow to a repository; name the folder that it leads to with --repo or "
                + "MIG_DIR");
    }

    private static void Check(string folder, string path, bool isTop)
    {
        switch (FileStatus.Of(path, followsLinks: false)?.Type)
        {
            case null or FileType.Regular:
                break; // null: gone since we looked
            case FileType.Directory:
                if (isTop && s_notEntered.Contains(Path.GetFileName(path)))
                    break;
                foreach (string below in Entries(path).Where(entry => !ObjectId.TryParse(Path.GetFileNameWithoutExtension(entry), out _)))
                    Check(folder, below, isTop: false);
                break;
            case FileType.SymbolicLink:
                throw new CorruptStoreException(
                    "REPO-002",
                    $"{path} is a symbolic link, and mig follows none inside a repository: what is written or deleted there would be "
                    + "elsewhere. "
                    + $"Remove it; to keep part of {folder} on another disk, mount that there ('mount --bind')");
            default:
                throw new CorruptStoreException("REPO-002", $"{path} is neither a file nor a folder; remove it");
        }
    }

    private static string[] Entries(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
