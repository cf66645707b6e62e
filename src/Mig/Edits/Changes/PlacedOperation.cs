using Mig.Edits.Operations;
using Mig.History.Revisions;

namespace Mig.Edits.Changes;

/// <summary>A change, and the volume that it is made on.</summary>
/// <param name="Volume">Disk and partition as they were written, without a path; both null for the volume that the command names, or the one with the operating system.</param>
public sealed record PlacedOperation(PathSpec Volume, EditOperation Operation);
