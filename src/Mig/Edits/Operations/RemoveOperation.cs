namespace Mig.Edits.Operations;

/// <summary>Removes a name; with its last name, the node.</summary>
public sealed record RemoveOperation(ReadOnlyMemory<byte> Path, bool IsRecursive = false, bool IgnoresMissing = false)
    : EditOperation(Path);
