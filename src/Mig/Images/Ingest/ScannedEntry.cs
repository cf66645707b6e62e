using Mig.FileSystems;

namespace Mig.Images.Ingest;

/// <summary>A name that a scan found.</summary>
/// <param name="Index">Of the directory or regular file among the scan's; -1 for all else.</param>
/// <param name="LinkPath">For a further name of a node: the path of its first name.</param>
internal readonly record struct ScannedEntry(ReadOnlyMemory<byte> Name, long Node, NodeType Type, int Index, byte[]? LinkPath);
