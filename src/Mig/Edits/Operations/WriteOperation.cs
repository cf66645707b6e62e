namespace Mig.Edits.Operations;

/// <summary>
/// Makes a regular file, or replaces the content of one, whose owner, mode and other names stay. A symbolic link is followed.
/// </summary>
public sealed record WriteOperation(ReadOnlyMemory<byte> Path, FileContent Content, NodeSettings Settings, bool MakesParents = false)
    : EditOperation(Path);
