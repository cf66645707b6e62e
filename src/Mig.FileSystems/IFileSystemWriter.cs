using Mig.Core;

namespace Mig.FileSystems;

/// <summary>Changes a file system on a volume without mounting it. For one thread.</summary>
/// <remarks>
/// <para>
/// <b>Transactions.</b> Each operation is done wholly or, when it throws, not at all; limits (space, inodes, links, sizes) are found before
/// anything changes. Changed metadata is kept in memory until <see cref="Commit"/>; the content of files goes into free blocks of the
/// target at once, and those that an earlier operation has freed are free. So the target should be a view that can be thrown away, such as
/// an <see cref="OverlayTarget"/>: without <see cref="Commit"/>, it holds the file system as it was, and other bytes in blocks that are
/// free or that operations have freed, so what was removed or replaced may be lost.
/// </para>
/// <para>
/// <b>Paths</b> are raw bytes with <c>/</c> between names; they begin at the volume's root, with a slash or without. Symbolic links on the
/// way are followed, absolute ones from the volume's root, and <c>..</c> of the root is the root: no path leads out. The last name is never
/// followed; see <see cref="Resolve"/>.
/// </para>
/// <para>
/// <b>Times</b> come from the clock that the writer was opened with, as those of the kernel would: a directory whose names change gets a
/// new modified time, what changes gets a new changed time. They are cut to what the format can hold. The same operations at the same times
/// on the same bytes result in the same bytes.
/// </para>
/// <para>
/// Besides what is named below, every member throws <see cref="CorruptImageException"/> when the volume breaks its format,
/// <see cref="UnsupportedFeatureException"/>
/// when it would have to change something that it does not know how to change, and <see cref="NotFoundException"/> when there is no such
/// path. What does not exist is never made on the way.
/// </para>
/// </remarks>
public interface IFileSystemWriter : IDisposable
{
    /// <summary>
    /// Whether names that are spelt differently can be one: in other letters, or an alias that a file has besides its name.
    /// </summary>
    bool FoldsNames => false;

    /// <summary>Returns the file system as it is with all changes so far. It must not be used after the next change.</summary>
    IFileSystem Read();

    /// <summary>Finds a node, without following the last name.</summary>
    /// <returns>Null when there is none.</returns>
    FileNode? Find(ReadOnlySpan<byte> path);

    /// <summary>
    /// Returns the path of a node that exists with all symbolic links followed, the last name's too: begins with a slash and has no links
    /// in it.
    /// </summary>
    byte[] Resolve(ReadOnlySpan<byte> path);

    /// <summary>
    /// Returns the nearest to some metadata that the format can hold; a new node with any other is refused
    /// (<see cref="RefusalReason.NotInFormat"/>).
    /// </summary>
    NodeMetadata Fit(NodeType type, NodeMetadata wanted) => wanted;

    /// <summary>Makes a regular file. Where the content has no stored ranges, the file has holes.</summary>
    /// <exception cref="RefusedOperationException">The name is taken, there is no space, …</exception>
    void CreateFile(ReadOnlySpan<byte> path, NodeMetadata metadata, IByteSource content);

    /// <summary>Makes a regular file from the next <paramref name="length"/> bytes of a stream.</summary>
    /// <exception cref="EndOfStreamException">The stream has less; the file is not made.</exception>
    void CreateFile(ReadOnlySpan<byte> path, NodeMetadata metadata, Stream content, long length);

    /// <summary>
    /// Replaces a regular file's content. The node stays: its other names, owner, mode and extended attributes. The old blocks become free
    /// when the new ones are written, so both need space.
    /// </summary>
    void ReplaceContent(ReadOnlySpan<byte> path, IByteSource content);

    /// <inheritdoc cref="ReplaceContent(ReadOnlySpan{byte}, IByteSource)"/>
    void ReplaceContent(ReadOnlySpan<byte> path, Stream content, long length);

    /// <summary>Adds content to the end of a regular file.</summary>
    void Append(ReadOnlySpan<byte> path, IByteSource content);

    /// <inheritdoc cref="Append(ReadOnlySpan{byte}, IByteSource)"/>
    void Append(ReadOnlySpan<byte> path, Stream content, long length);

    /// <summary>Cuts a regular file, or lengthens it with a hole.</summary>
    void SetLength(ReadOnlySpan<byte> path, long length);

    void CreateDirectory(ReadOnlySpan<byte> path, NodeMetadata metadata);

    /// <param name="target">Raw bytes, stored as they are.</param>
    void CreateSymbolicLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> target, NodeMetadata metadata);

    /// <summary>Gives a node that is no directory one more name.</summary>
    void CreateHardLink(ReadOnlySpan<byte> existing, ReadOnlySpan<byte> path);

    /// <summary>Makes a device, fifo or socket.</summary>
    /// <param name="major">0 for what is no device, likewise <paramref name="minor"/>.</param>
    void CreateSpecial(ReadOnlySpan<byte> path, NodeType type, uint major, uint minor, NodeMetadata metadata);

    /// <summary>Removes a name of anything but a directory; with its last name the node goes. Its blocks are not wiped.</summary>
    void Remove(ReadOnlySpan<byte> path);

    /// <summary>Removes an empty directory.</summary>
    void RemoveDirectory(ReadOnlySpan<byte> path);

    /// <summary>
    /// Moves a name, as rename(2) does: a file replaces a file, a directory an empty directory, all else is refused; nothing happens when
    /// both are names of one node.
    /// </summary>
    void Rename(ReadOnlySpan<byte> source, ReadOnlySpan<byte> target);

    /// <summary>Sets both ids. Unlike the kernel, leaves the mode as it is, with its setuid and setgid bits.</summary>
    void SetOwner(ReadOnlySpan<byte> path, uint uid, uint gid);

    /// <summary>
    /// Sets the twelve permission bits, and those entries of an access control list that stand for them, as chmod(2) does.
    /// </summary>
    void SetMode(ReadOnlySpan<byte> path, int mode);

    /// <param name="accessed">Null leaves it as it is.</param>
    void SetTimes(ReadOnlySpan<byte> path, Timestamp modified, Timestamp? accessed = null);

    /// <summary>
    /// Sets the attributes that a user sets (<see cref="FileNode.Attributes"/>), all of them; one that changes how content is stored is
    /// refused.
    /// </summary>
    void SetAttributes(ReadOnlySpan<byte> path, uint attributes);

    /// <summary>
    /// Sets an extended attribute by its full name; access control lists have the form that the kernel's calls use, and change the mode as
    /// those do.
    /// </summary>
    void SetExtendedAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    /// <exception cref="NotFoundException">There is no such attribute.</exception>
    void RemoveExtendedAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name);

    /// <summary>Writes what has changed to the target and flushes it. More changes may follow.</summary>
    void Commit();
}
