using Mig.Core;

namespace Mig.History.Trees;

/// <summary>
/// A name in a directory and all that is kept of what it names. Nothing here differs between two installs of the same files.
/// </summary>
public sealed record TreeEntry
{
    /// <summary>Raw bytes, as the file system stores them; empty for the root of a volume.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    public required TreeEntryType Type { get; init; }

    /// <summary>The twelve permission bits.</summary>
    public int Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    public Timestamp ModifiedTime { get; init; }

    /// <summary>Bytes of a file's content.</summary>
    public long Size { get; init; }

    /// <summary>SHA-256 of a file's whole content; null where its holes are too long to be hashed.</summary>
    public ObjectId? Sha256 { get; init; }

    /// <summary>The chunks of a large file; null for a small one, which is the blob named by <see cref="Sha256"/>.</summary>
    public ListId? List { get; init; }

    /// <summary>The tree of a directory.</summary>
    public TreeId Tree { get; init; }

    /// <summary>
    /// The target of a symbolic link; for a hard link, the path from the volume's root of the entry that has the content.
    /// </summary>
    public ReadOnlyMemory<byte> LinkTarget { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>User-settable attributes (Linux <c>FS_*_FL</c>).</summary>
    public uint Attributes { get; init; }

    /// <summary>Extended attributes, sorted by name.</summary>
    public IReadOnlyList<TreeXattr> Xattrs { get; init; } = [];
}
