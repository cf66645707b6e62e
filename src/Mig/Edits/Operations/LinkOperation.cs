namespace Mig.Edits.Operations;

/// <summary>Makes a link, or one in the directory that is there, named as its target is.</summary>
/// <param name="Path">The new name.</param>
/// <param name="Target">The text of a symbolic link, or what stands at a path of the same volume.</param>
/// <param name="Replaces">Whether something of that name that is no directory gives way.</param>
/// <param name="IsExact">Whether the path is the new name even when a directory stands there.</param>
public sealed record LinkOperation(ReadOnlyMemory<byte> Path, ReadOnlyMemory<byte> Target, bool IsSymbolic, bool Replaces = false,
    bool IsExact = false) : EditOperation(Path);
