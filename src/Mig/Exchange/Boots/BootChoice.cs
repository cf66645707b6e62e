using Mig.Core;
using Mig.Images.Sessions;

namespace Mig.Exchange.Boots;

/// <summary>The session that a machine writes to.</summary>
/// <param name="Base">The version that it stands on.</param>
/// <param name="Revision">How that was called.</param>
/// <param name="Existing">The session as it is; null when it has to begin.</param>
/// <param name="IsThrownAway">Whether it ends with the machine.</param>
internal sealed record BootChoice(string Name, CommitId Base, string Revision, SessionInfo? Existing, bool IsThrownAway)
{
    /// <summary>A session of that name that holds nothing, and stands on an older version.</summary>
    public SessionInfo? Replaces { get; init; }
}
