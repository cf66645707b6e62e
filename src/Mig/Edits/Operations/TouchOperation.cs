using Mig.Core;

namespace Mig.Edits.Operations;

/// <summary>Sets the times of a node, and makes an empty file where there is none. A symbolic link is followed.</summary>
/// <param name="Time">Null for now.</param>
/// <param name="MakesFile">Whether what is missing is made.</param>
public sealed record TouchOperation(ReadOnlyMemory<byte> Path, Timestamp? Time = null, bool MakesFile = true) : EditOperation(Path);
