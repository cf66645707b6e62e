namespace Mig.Edits.Operations;

/// <summary>Sets an extended attribute by its full name. A symbolic link is followed.</summary>
public sealed record SetAttributeOperation(ReadOnlyMemory<byte> Path, ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)
    : EditOperation(Path);
