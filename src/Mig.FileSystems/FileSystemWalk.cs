using Mig.Core;

namespace Mig.FileSystems;

/// <summary>Walks whole file systems.</summary>
public static class FileSystemWalk
{
    /// <summary>
    /// Returns all that stands in a file system, each directory before what is in it, without the root. Directories and nodes are read as
    /// they are come to; symbolic links are not followed. A file with several names comes with each of them; a directory is looked into
    /// once.
    /// </summary>
    /// <param name="fileSystem">The file system; must stay open.</param>
    /// <param name="damage">Takes what could not be read, under its path; the walk goes on around it. Null to throw.</param>
    /// <param name="limits">How many names and how deep; null for <see cref="Limits.Default"/>.</param>
    /// <exception cref="CorruptImageException">Something is damaged and <paramref name="damage"/> is null, or the tree has more names than
    /// the limits allow.</exception>
    public static IEnumerable<WalkedNode> Walk(this IFileSystem fileSystem, DamageList? damage = null, Limits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        return new TreeWalk(fileSystem, damage, limits ?? Limits.Default).Run();
    }
}
