using Mig.Core;
using Mig.History.Refs;

namespace Mig.Transfer;

/// <summary>The refs of another repository, sorted by name.</summary>
/// <param name="HeadTarget">The branch that its HEAD is on, even when it is unborn; null when HEAD is detached.</param>
/// <param name="HeadId">Where its HEAD is; null when it is unborn.</param>
public sealed record RemoteListing(RefName? HeadTarget, ObjectId? HeadId, IReadOnlyList<RemoteRef> Refs)
{
    /// <summary>How many refs there are in all; null when the other side does not say.</summary>
    public int? Total { get; init; }

    /// <summary>Those of the objects that were asked about that are there.</summary>
    public IReadOnlySet<ObjectId> Present { get; init; } = new HashSet<ObjectId>();

    /// <summary>Those that are not.</summary>
    public IReadOnlySet<ObjectId> Absent { get; init; } = new HashSet<ObjectId>();
}
