namespace Mig.FileSystems;

/// <summary>A name in a directory: raw bytes, never empty, and the number of the node it names.</summary>
public readonly record struct DirectoryEntry(ReadOnlyMemory<byte> Name, long Node);
