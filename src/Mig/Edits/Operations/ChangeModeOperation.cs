namespace Mig.Edits.Operations;

/// <summary>Changes permission bits. A symbolic link is followed; those below are left alone.</summary>
public sealed record ChangeModeOperation(ReadOnlyMemory<byte> Path, ModeChange Mode, bool IsRecursive = false) : EditOperation(Path);
