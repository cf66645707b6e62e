using Mig.Core;

namespace Mig.Edits.Deriving;

/// <summary>What was derived.</summary>
/// <param name="Base">The version that all began with.</param>
/// <param name="Versions">In the order of the table.</param>
/// <param name="NewObjects">Objects that the repository did not have.</param>
/// <param name="NewBytes">Bytes of those objects.</param>
/// <param name="StoredBytes">Bytes that they take, compressed.</param>
public sealed record DeriveResult(CommitId Base, IReadOnlyList<DerivedVersion> Versions, long NewObjects, long NewBytes, long StoredBytes);
