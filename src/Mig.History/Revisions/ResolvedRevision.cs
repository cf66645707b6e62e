using Mig.Core;
using Mig.History.Refs;

namespace Mig.History.Revisions;

/// <summary>What a revision names.</summary>
/// <param name="Id">The object.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Ref">The ref that was named, when nothing but a ref was: where <c>checkout</c> can attach to.</param>
public sealed record ResolvedRevision(ObjectId Id, ObjectKind Kind, RefName? Ref);
