using Mig.Core;
using Mig.FileSystems;

namespace Mig.Edits.Layers;

/// <summary>One entry of a layer: what is to stand at a path.</summary>
internal sealed record LayerEntry
{
    /// <summary>Raw bytes as they were written: with or without a slash or <c>./</c> at the beginning.</summary>
    public required byte[] Path { get; init; }

    public required NodeType Type { get; init; }

    /// <summary>Whether it is one more name of what stands at <see cref="Target"/>.</summary>
    public bool IsHardLink { get; init; }

    public int Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    public Timestamp ModifiedTime { get; init; }

    /// <summary>Of a symbolic link, its text; of a hard link, a path of the layer or below it.</summary>
    public byte[] Target { get; init; } = [];

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    public IReadOnlyList<ExtendedAttribute> Xattrs { get; init; } = [];

    /// <summary>Makes the regular file with its content; called at most once, before the next entry is asked for.</summary>
    public Action<IFileSystemWriter, byte[], NodeMetadata> MakeFile { get; init; } = static (_, _, _) => { };
}
