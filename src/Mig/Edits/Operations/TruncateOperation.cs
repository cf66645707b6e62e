namespace Mig.Edits.Operations;

/// <summary>Cuts a regular file, or lengthens it with a hole. A symbolic link is followed.</summary>
public sealed record TruncateOperation(ReadOnlyMemory<byte> Path, long Length) : EditOperation(Path);
