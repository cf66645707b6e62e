namespace Mig.Edits.Operations;

/// <summary>Removes an extended attribute. A symbolic link is followed.</summary>
public sealed record RemoveAttributeOperation(ReadOnlyMemory<byte> Path, ReadOnlyMemory<byte> Name) : EditOperation(Path);
