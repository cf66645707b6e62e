using Mig.Core;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>A node of <see cref="ExtModel"/>. Bytes of names are held as Latin-1 characters.</summary>
internal sealed class ExtModelNode
{
    public required NodeType Type { get; init; }

    public int Mode { get; set; }

    public uint Uid { get; set; }

    public uint Gid { get; set; }

    public Timestamp Modified { get; set; }

    public Timestamp Changed { get; set; }

    public byte[] Content { get; set; } = [];

    public byte[] Target { get; init; } = [];

    public uint Major { get; init; }

    public uint Minor { get; init; }

    public uint Attributes { get; set; }

    public int Links { get; set; } = 1;

    public SortedDictionary<string, byte[]> Xattrs { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, ExtModelNode> Children { get; } = new(StringComparer.Ordinal);

    public bool IsDirectory => Type == NodeType.Directory;
}
