using Mig.Core;

namespace Mig.FileSystems;

/// <summary>
/// A file system on a volume, read without mounting it. Nodes are named by the number that the format itself uses (an inode number, say).
/// All members may be called from several threads at once.
/// </summary>
/// <remarks>Every member that reads the volume throws <see cref="CorruptImageException"/> when it breaks its format.</remarks>
public interface IFileSystem : IDisposable
{
    /// <summary>What the file system says of itself.</summary>
    FileSystemInfo Info { get; }

    /// <summary>The number of the root directory.</summary>
    long RootNode { get; }

    /// <summary>Returns a node's metadata.</summary>
    /// <param name="damage">Takes what is wrong with parts of it, such as an extended attribute; the node comes back without them. Null to
    /// throw.</param>
    FileNode GetNode(long node, DamageList? damage = null);

    /// <summary>
    /// Returns a directory's entries without <c>.</c> and <c>..</c>, as they are stored and in that order; a damaged directory may have a
    /// name twice.
    /// </summary>
    /// <param name="damage">Takes what could not be read, as a name or as a part of the directory; the other names come back. Null to
    /// throw.</param>
    IReadOnlyList<DirectoryEntry> ReadDirectory(long directory, DamageList? damage = null);

    /// <summary>
    /// Returns where a file's content lies, ascending by file offset, disjoint, cut to the file's size. What lies between extents reads as
    /// zeros. Also where the target of a symbolic link lies that has blocks of its own.
    /// </summary>
    IReadOnlyList<FileExtent> GetExtents(long file);

    /// <summary>
    /// Reads content as a program inside the machine would; works for every extent, also one with no place on the volume.
    /// </summary>
    /// <param name="file">The number of a file.</param>
    /// <param name="offset">From the beginning of the file, in bytes.</param>
    /// <param name="destination">Is filled; ends at or before <see cref="FileNode.Size"/>.</param>
    void ReadContent(long file, long offset, Span<byte> destination);

    /// <summary>
    /// Returns the ranges of the volume that the file system says are free, ascending and disjoint. <see cref="TrustedFreeSpace"/> decides
    /// whether that is so.
    /// </summary>
    IEnumerable<ByteRange> GetFreeRanges();

    /// <summary>
    /// Tells a watcher what is in use: at once what the format itself takes, and from now on all that nodes take when they, their
    /// directories and their extents are read.
    /// </summary>
    void Watch(ISpaceWatcher watcher);
}
