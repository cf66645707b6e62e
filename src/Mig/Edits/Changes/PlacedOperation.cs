using Mig.Edits.Operations;
using Mig.History.Revisions;

namespace Mig.Edits.Changes;

/// <summary>A change, and the volume that it is made on.</summary>
/// <param name="Volume">Disk and partition as they were written; both null for the volume that the command names, or the one with the
/// operating system. The path counts nothing.</param>
/// <param name="Source">Where the change was read, for messages; null when the user gave it himself.</param>
public sealed record PlacedOperation(PathSpec Volume, EditOperation Operation, string? Source = null);
