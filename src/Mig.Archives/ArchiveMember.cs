using Mig.Core;

namespace Mig.Archives;

/// <summary>One member of an archive, in the words that all formats share. Names are bytes.</summary>
public sealed record ArchiveMember
{
    /// <summary>
    /// Its path as it stands in the archive: read, with or without a slash or <c>./</c> at the beginning; written, without a slash at
    /// either end.
    /// </summary>
    public required byte[] Path { get; init; }

    /// <summary>What it is; of a hard link, what its file is, where the format says so.</summary>
    public required ArchiveMemberType Type { get; init; }

    /// <summary>Of one more name of a file: the path of another name of it. Else null.</summary>
    public byte[]? LinkTo { get; init; }

    /// <summary>The text of a symbolic link.</summary>
    public ReadOnlyMemory<byte> Target { get; init; }

    /// <summary>Permission bits and set-id bits, twelve in all.</summary>
    public int Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>
    /// The name of the owner, where the format has it; empty where not. <see cref="Uid"/>
    /// is what the archive has as number.
    /// </summary>
    public string UserName { get; init; } = "";

    /// <summary>As <see cref="UserName"/>, of the group.</summary>
    public string GroupName { get; init; } = "";

    public Timestamp ModifiedTime { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    public IReadOnlyList<ArchiveXattr> Xattrs { get; init; } = [];

    /// <summary>Length of a file, in bytes, holes included; 0 for all else.</summary>
    public long Size { get; init; }

    /// <summary>The ranges of a file that are not holes, ascending; null when it has no holes.</summary>
    public IReadOnlyList<ByteRange>? Data { get; init; }
}
