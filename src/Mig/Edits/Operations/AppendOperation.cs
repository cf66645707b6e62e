namespace Mig.Edits.Operations;

/// <summary>Adds content to the end of a regular file. A symbolic link is followed.</summary>
public sealed record AppendOperation(ReadOnlyMemory<byte> Path, FileContent Content) : EditOperation(Path);
