namespace Mig.Edits.Operations;

/// <summary>Makes a directory.</summary>
public sealed record MakeDirectoryOperation(ReadOnlyMemory<byte> Path, NodeSettings Settings, bool MakesParents = false)
    : EditOperation(Path);
