using Mig.Core;
using Mig.FileSystems;

namespace Mig.Images.Ingest;

/// <summary>What a scan remembers of a node.</summary>
internal readonly record struct NodeSummary(NodeType Type, long Size, Timestamp ModifiedTime, Timestamp ChangedTime, long LinkCount)
{
    public static NodeSummary Of(FileNode node) => new(node.Type, node.Size, node.ModifiedTime, node.ChangedTime, node.LinkCount);
}
