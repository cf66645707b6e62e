using Mig.Core;
using Mig.History.Refs;

namespace Mig.Transfer;

/// <summary>The refs of another repository, sorted by name.</summary>
/// <param name="HeadTarget">The branch that its HEAD is on, even when it is unborn; null when HEAD is detached.</param>
/// <param name="HeadId">Where its HEAD is; null when it is unborn.</param>
public sealed record RemoteListing(RefName? HeadTarget, ObjectId? HeadId, IReadOnlyList<RemoteRef> Refs);
