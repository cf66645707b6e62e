using Mig.Core;
using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>What a branch follows.</summary>
/// <param name="Branch">The branch here.</param>
/// <param name="Remote">The remote; <c>.</c> for this repository.</param>
/// <param name="Merge">The branch there.</param>
/// <param name="Tracking">Where it is kept here; null when it is not kept.</param>
/// <param name="Id">Where it was when it was fetched last; null when it was not, or is gone.</param>
public sealed record UpstreamBranch(RefName Branch, string Remote, RefName Merge, RefName? Tracking, ObjectId? Id)
{
    /// <summary>As people say it: <c>origin/main</c>.</summary>
    public string ShortName => Tracking?.ShortName ?? (Remote == "." ? Merge.ShortName : $"{Remote}/{Merge.ShortName}");
}
