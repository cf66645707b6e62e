using Mig.Core;

namespace Mig.FileSystems;

/// <summary>The metadata of a file, directory, link or device.</summary>
public sealed record FileNode
{
    /// <summary>The number that the format itself gives it, such as an inode number.</summary>
    public required long Number { get; init; }

    /// <summary>What it is.</summary>
    public required NodeType Type { get; init; }

    /// <summary>The twelve permission bits: <c>07777</c>.</summary>
    public required int Mode { get; init; }

    /// <summary>The owner's number; 0 where the format has no owners.</summary>
    public required uint Uid { get; init; }

    /// <summary>The group's number; 0 where the format has no groups.</summary>
    public required uint Gid { get; init; }

    /// <summary>Bytes of content; the length of the target for a symbolic link; 0 for directories and devices.</summary>
    public required long Size { get; init; }

    /// <summary>When the content last changed, in UTC where the format says so.</summary>
    public required Timestamp ModifiedTime { get; init; }

    /// <summary>When the metadata last changed; the same as <see cref="ModifiedTime"/> where the format has no such time.</summary>
    public required Timestamp ChangedTime { get; init; }

    /// <summary>How many names the node has.</summary>
    public required long LinkCount { get; init; }

    /// <summary>The target of a symbolic link, raw bytes; empty for all else.</summary>
    public ReadOnlyMemory<byte> LinkTarget { get; init; }

    /// <summary>The major number of a device; 0 for all else.</summary>
    public uint DeviceMajor { get; init; }

    /// <summary>The minor number of a device; 0 for all else.</summary>
    public uint DeviceMinor { get; init; }

    /// <summary>
    /// Attributes that a user sets, as Linux's <c>chattr</c> has them (<c>FS_*_FL</c>: immutable 0x10, append-only 0x20, …);
    /// format-internal flags are not among them.
    /// </summary>
    public uint Attributes { get; init; }

    /// <summary>
    /// Extended attributes, sorted by the bytes of the name; ACLs are in the form that the kernel's xattr calls show
    /// (<c>system.posix_acl_access</c>).
    /// </summary>
    public IReadOnlyList<ExtendedAttribute> Xattrs { get; init; } = [];
}
