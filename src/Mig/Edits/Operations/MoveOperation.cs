namespace Mig.Edits.Operations;

/// <summary>Gives what stands at a path another one, or moves it into the directory that is there.</summary>
public sealed record MoveOperation(ReadOnlyMemory<byte> Path, ReadOnlyMemory<byte> Target, bool IntoDirectory = false)
    : EditOperation(Path);
