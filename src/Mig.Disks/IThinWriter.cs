using Mig.Core;

namespace Mig.Disks;

/// <summary>
/// Writes a disk that stores only what differs from the disk under it, in blocks. What it does not own is the other disk's.
/// </summary>
public interface IThinWriter : IDiskWriter
{
    /// <summary>Bytes in a block, a power of two.</summary>
    int BlockLength { get; }

    /// <summary>
    /// Takes whole blocks, or what the end of the disk leaves of the last one: they read as zeros until they are written. Comes before
    /// their <see cref="IDiskWriter.Write"/>.
    /// </summary>
    void Own(ByteRange range);
}
