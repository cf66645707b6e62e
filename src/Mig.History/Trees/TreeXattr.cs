namespace Mig.History.Trees;

/// <summary>An extended attribute: full name and value, raw bytes.</summary>
public sealed record TreeXattr(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value);
