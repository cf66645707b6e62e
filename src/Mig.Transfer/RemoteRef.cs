using Mig.Core;
using Mig.History.Refs;

namespace Mig.Transfer;

/// <summary>A ref of another repository.</summary>
/// <param name="Peeled">The commit that an annotated tag leads to; null for all else.</param>
public sealed record RemoteRef(RefName Name, ObjectId Id, ObjectId? Peeled);
